#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "evenkeel/base/strong_type.h"
#include "evenkeel/base/time.h"
#include "evenkeel/model/money.h"

namespace evenkeel {

/// Whom we decide for: the key of every record about them. 1 to 256 bytes of UTF-8.
using CustomerId = StrongType<std::string, struct CustomerIdTag>;

enum class SignalFamily : std::uint8_t {
  kTelemetry = 1,
  kUsage = 2,
  kBilling = 3,
  kSupport = 4,
  kInteraction = 5,
  kFeedback = 6,
  kCommercial = 7,
  kProfile = 8,
  kCustom = 9,
  kForget = 10,
  kTick = 11,
  kReceipt = 12,
  kVerdict = 13,
  kOutcome = 14,
};

/// A symbol (an enum value's name in lower case, without its prefix) is a string.
using FieldValue = std::variant<bool, std::int64_t, double, std::string, Money, TimeMs>;

/// A named fact of a signal, under its name in the contract ("amount", "attempt_number"); of
/// messages inside it with dots ("period.start_time_ms").
struct SignalField {
  std::string name;
  FieldValue value;

  friend bool operator==(const SignalField&, const SignalField&) = default;
};

/// Something that happened to a customer: a fact, as it came in, decoded.
struct Signal {
  std::string id;      ///< With `source`, what a repeat is told by.
  std::string source;  ///< Who says so: a URI reference.
  std::string type;    ///< "<family>.<kind>": "billing.payment_attempt", "custom.song_played".
  SignalFamily family = SignalFamily::kCustom;
  CustomerId customer;
  TimeMs event_time;                ///< When it happened, at its source.
  std::vector<SignalField> fields;  ///< Sorted by name, names unique.
  /// Of the facts alone (type, event time, fields), so that a repeat with other content shows.
  std::uint64_t content_hash = 0;

  /// The field called `name`, or null. The pointer lives as long as the signal.
  const FieldValue* Find(std::string_view name) const {
    for (const SignalField& field : fields) {
      if (field.name == name) return &field.value;
    }
    return nullptr;
  }
};

}  // namespace evenkeel
