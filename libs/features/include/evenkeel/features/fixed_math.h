#pragma once

#include <cstdint>

namespace evenkeel {

// Functions of numbers that must come out the same on every machine and compiler: integers only.
// "q62" is a fraction in units of 2^-62, "micro" in millionths, "ppb" in billionths.

inline constexpr std::int64_t kBillion = 1'000'000'000;
inline constexpr std::int64_t kMillion = 1'000'000;
inline constexpr std::int64_t kOneQ62 = std::int64_t{1} << 62;

__extension__ using Int128 = __int128;

/// `numerator` / `denominator` to the nearest whole number, halves away from zero.
/// REQUIRES: `denominator` > 0.
Int128 DivideRounded(Int128 numerator, Int128 denominator);

/// `value`, or the nearest end of the range of 64 bits.
std::int64_t Saturate(Int128 value);

/// 2^-(x / 2^32), within 2^-31 of it.
std::int64_t Exp2NegativeQ62(std::uint64_t x_q32);

/// 1 / (1 + e^-x), within 1 ppb.
std::int64_t SigmoidPpb(std::int64_t x_micro);

/// 1 - e^(-e^x), within 2 ppb.
std::int64_t CloglogPpb(std::int64_t x_micro);

/// ln(numerator / denominator), within 2 millionths. REQUIRES: both > 0.
std::int64_t LogRatioMicro(std::int64_t numerator, std::int64_t denominator);

/// a * b, both fractions, rounded down.
constexpr std::int64_t MultiplyQ62(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>((static_cast<Int128>(a) * b) >> 62);
}

/// A fraction in billionths as q62, and back, to the nearest.
std::int64_t PpbToQ62(std::int64_t ppb);
std::int64_t Q62ToPpb(std::int64_t q62);

}  // namespace evenkeel
