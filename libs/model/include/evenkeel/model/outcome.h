#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "evenkeel/base/time.h"
#include "evenkeel/model/money.h"

namespace evenkeel {

enum class OutcomeKind : std::uint8_t {
  kChurned = 1,    ///< Left, of their own will or not (`is_voluntary`).
  kSurvived = 2,   ///< Still there at the end of a stated time.
  kConverted = 3,  ///< Accepted or bought what was offered.
  kDeclined = 4,   ///< Said no to what was offered.
  kResolved = 5,   ///< The problem is gone.
  kComplained = 6,
  kOptedOut = 7,
  kOther = 8,  ///< Named by `name`.
};

/// What a customer did later. Joins a decision by id where one is given, else by time.
struct Outcome {
  OutcomeKind kind = OutcomeKind::kOther;
  std::string name;         ///< Of a declared outcome of the bundle, for kOther.
  std::string decision_id;  ///< 32 hexadecimal digits, or empty.
  std::string action_id;    ///< 32 hexadecimal digits, or empty.
  std::optional<bool> is_voluntary;
  std::optional<Money> value;
  std::optional<TimeMs> observed_until;  ///< End of the time that was watched.

  friend bool operator==(const Outcome&, const Outcome&) = default;
};

}  // namespace evenkeel
