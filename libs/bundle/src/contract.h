#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "compile.h"
#include "sources_doc.h"

#include "evenkeel/codec/signal_types.h"

namespace evenkeel::internal {

/// The types of the contract that one name stands for: itself, or all of "billing.*".
std::vector<const SignalTypeInfo*> TypesOf(std::string_view name);

std::vector<std::string> SignalTypeNames();
std::vector<std::string> FieldNames(const std::vector<const SignalTypeInfo*>& types);

/// The field of that name in any of `types`, or null. `is_open` says whether one of them is custom
/// and so may have fields that nobody knows.
struct ContractField {
  const SignalFieldInfo* info = nullptr;
  bool is_open = false;
};
ContractField FindField(const std::vector<const SignalTypeInfo*>& types, std::string_view name);

/// Complains about values of a mapped signal that its type does not have or that are of another
/// kind, and about required ones that are missing.
void CheckAgainstContract(const SignalDoc& doc, Diagnostics& diagnostics);

/// A literal of `when` as the field's kind wants it; complains where it cannot be.
FieldValue ToFieldValue(const Literal& literal, const SignalFieldInfo* field,
                        Diagnostics& diagnostics);

/// Complains unless `doc`, the value of a feature, is a number (or for a symbol feature a word).
void CheckFeatureValue(const FeatureDoc& feature, const NumberDoc& doc, Diagnostics& diagnostics);

}  // namespace evenkeel::internal
