#pragma once

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "row_value.h"

#include "evenkeel/model/signal_payload.h"

namespace evenkeel::internal {

/// A SignalDoc, compiled: fills type, family, fields and payload of a signal.
class SignalMapping {
 public:
  static SignalMapping Compile(const SignalDoc& doc, CompileContext& context);

  bool Fits(std::span<const RawValue> row) const { return filter_.Holds(row); }

  /// REQUIRES: `signal.event_time` is set.
  Status Fill(std::span<const RawValue> row, Signal& signal, SignalPayload& payload) const;

 private:
  struct Consented {
    Consent fixed;
    RowValue granted;
    std::optional<RowValue> since;
    std::optional<RowValue> reference;
  };

  void CompileConsents(const SignalDoc& doc, CompileContext& context);
  Status FillConsents(std::span<const RawValue> row, TimeMs event_time,
                      ProfileUpdate& update) const;

  RowFilter filter_;
  std::string type_;
  SignalFamily family_ = SignalFamily::kCustom;
  std::vector<std::pair<std::string, RowValue>> values_;  // Sorted by name.
  std::vector<Consented> consents_;
};

}  // namespace evenkeel::internal
