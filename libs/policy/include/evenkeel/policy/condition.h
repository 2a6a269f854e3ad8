#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "evenkeel/model/decimal.h"

namespace evenkeel {

enum class ConditionOp : std::uint8_t {
  kIn = 1,       ///< A text that is one of `texts`.
  kNotIn = 2,    ///< A text that is none of them.
  kPrefix = 3,   ///< A text that starts with one of them.
  kAtLeast = 4,  ///< A number >= `number`.
  kBelow = 5,    ///< A number < `number`.
  kPresent = 6,
  kAbsent = 7,
};

/// A condition on what is known about a customer. `operand` is one of
///   feature.<name>      a feature of the bundle
///   churn.total, churn.voluntary, churn.involuntary
///                       the chance to leave over the horizon, from 0 to 1
///   profile.kind (person, account, partner), profile.jurisdiction, profile.segment,
///   profile.language, profile.vulnerable ("true", "false")
///   attribute.<name>    an attribute of the profile: text, or a number (doubles to 6 decimals)
/// A number of a `time_since` feature counts milliseconds. What is not known fails every condition
/// but kAbsent.
struct Condition {
  std::string operand;
  ConditionOp op = ConditionOp::kPresent;
  std::vector<std::string> texts;
  Decimal number;

  friend bool operator==(const Condition&, const Condition&) = default;
};

}  // namespace evenkeel
