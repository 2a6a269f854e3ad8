#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace evenkeel {

/// Why bytes are not taken. The values are those of evenkeel.v1.DeadLetterReason.
enum class DecodeError : std::uint8_t {
  kUndecodable = 1,
  kUnsupportedContentType = 2,
  kBadEnvelope = 3,
  kBadFraming = 4,
  kMissingId = 5,
  kMissingSource = 6,
  kMissingType = 7,
  kUnknownType = 8,
  kMissingData = 9,
  kMissingCustomer = 10,
  kBadCustomer = 11,
  kKeyMismatch = 12,
  kWrongPartition = 13,
  kBadTime = 14,
  kAbsurdTime = 15,
  kNotFinite = 16,
  kNumberOverflow = 17,
  kInvalidUtf8 = 18,
  kTooDeep = 19,
  kTooLarge = 20,
  kMissingField = 21,
  kInvalidField = 22,
  kUnknownField = 23,
  kUnknownValue = 24,
};

/// The stable name of a reason, for dead-letter headers and metrics: "key_mismatch".
std::string_view DecodeErrorName(DecodeError error);

/// Why bytes are not taken, and where.
struct DecodeFailure {
  DecodeError error = DecodeError::kUndecodable;
  std::string detail;  ///< For people: what, where, remedy. No personal data.
};

}  // namespace evenkeel
