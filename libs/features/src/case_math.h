#pragma once

#include <optional>

#include "evenkeel/features/definition.h"
#include "evenkeel/features/feature_set.h"
#include "evenkeel/features/slots.h"
#include "evenkeel/model/bad_input.h"

namespace evenkeel::internal {

/// Cases are forgotten when nothing was heard of them for so long, back from the newest signal.
inline constexpr std::int64_t kCaseKeepMs = 400LL * 24 * 3600 * 1000;
/// So many are kept of a customer: closed ones are forgotten first, the oldest before the others.
inline constexpr std::size_t kCasesMax = 64;

/// True if signals of `type` say something of the cases of `definition`.
bool SpeaksOfCases(const FeatureDefinition& definition, std::string_view type);

/// What `signal` says of a case; nothing where it says nothing, or `problem` says what is wrong.
std::optional<OpenCase> TakeCase(const FeatureDefinition& definition, const Signal& signal,
                                 BadInput& problem);

/// Joins what a signal at `time` says to what is known.
void AddCase(Slot& slot, const OpenCase& said, TimeMs time);

FeatureValue ValueOfCases(const FeatureDefinition& definition, const Slot& slot, TimeMs now);

void WriteCases(ByteWriter& writer, const std::vector<OpenCase>& cases);
void ReadCases(ByteReader& reader, std::vector<OpenCase>& cases);

}  // namespace evenkeel::internal
