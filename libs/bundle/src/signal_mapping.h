#pragma once

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "row_value.h"

#include "evenkeel/bundle/mapping.h"

namespace evenkeel::internal {

/// A SignalDoc, compiled: fills type, family, fields and payload of a signal.
class SignalMapping {
 public:
  static SignalMapping Compile(const SignalDoc& doc, CompileContext& context);

  bool Fits(std::span<const RawValue> row) const { return filter_.Holds(row); }

  /// What `to` says of the row but its identity. REQUIRES: `to.signal.event_time` is set.
  ///
  /// Errors: kInvalidArgument; `to.origin` is what is wrong.
  Status Fill(std::span<const RawValue> row, MappedRow& to) const;

  /// Of all of it.
  const std::string& key() const { return key_; }
  /// Of the value of this name; of all of it if there is none.
  RowOrigin OriginOf(std::string_view value) const;

 private:
  struct Consented {
    Consent fixed;
    RowValue granted;
    std::optional<RowValue> since;
    std::optional<RowValue> reference;
  };

  void CompileConsents(const SignalDoc& doc, CompileContext& context);
  Status FillProfile(std::span<const RawValue> row, MappedRow& to) const;
  Status FillConsents(std::span<const RawValue> row, MappedRow& to, ProfileUpdate& update) const;

  RowFilter filter_;
  std::string key_;
  std::string type_;
  SignalFamily family_ = SignalFamily::kCustom;
  std::vector<std::pair<std::string, RowValue>> values_;  // Sorted by name.
  std::vector<Consented> consents_;
};

}  // namespace evenkeel::internal
