#pragma once

#include <cstdint>
#include <optional>

namespace evenkeel {

/// An exact decimal number: `units` of 10^-`scale`. 12.5 is {125, 1}.
struct Decimal {
  std::int64_t units = 0;
  std::uint8_t scale = 0;  ///< 0 to 18.

  friend bool operator==(const Decimal&, const Decimal&) = default;
};

/// 10^`exponent`. REQUIRES: `exponent` <= 18.
constexpr std::int64_t PowerOfTen(unsigned exponent) {
  std::int64_t power = 1;
  for (; exponent > 0; --exponent) power *= 10;
  return power;
}

/// `value` counted in units of 10^-`scale`, or nothing where it is no whole number of them or does
/// not fit.
constexpr std::optional<std::int64_t> Rescale(Decimal value, std::uint8_t scale) {
  if (value.scale > 18 || scale > 18) return std::nullopt;
  if (value.scale > scale) {
    const std::int64_t divisor = PowerOfTen(value.scale - scale);
    if (value.units % divisor != 0) return std::nullopt;
    return value.units / divisor;
  }
  std::int64_t units = 0;
  if (__builtin_mul_overflow(value.units, PowerOfTen(scale - value.scale), &units)) {
    return std::nullopt;
  }
  return units;
}

}  // namespace evenkeel
