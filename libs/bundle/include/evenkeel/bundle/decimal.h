#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "evenkeel/base/result.h"
#include "evenkeel/model/decimal.h"

namespace evenkeel {

/// Reads "-12.50", "+3", "1e-3", exactly and never through a double: at most 18
/// decimal places. "2.550" is {2550, 3}.
///
/// Errors: kInvalidArgument if it is not a decimal number or does not fit 64 bits.
Result<Decimal> ParseDecimal(std::string_view text);

/// Reads a decimal number as an integer of 10^-`scale` units. Zeros past the scale are dropped.
///
/// Errors: as ParseDecimal(); also if it has more decimal places than `scale`.
/// REQUIRES: 0 <= `scale` <= 18.
Result<std::int64_t> ParseScaled(std::string_view text, int scale);

/// "12.50" for {1250, 2}.
std::string FormatScaled(std::int64_t units, int scale);

}  // namespace evenkeel
