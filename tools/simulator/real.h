#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

// Elementary functions from +, -, *, / and sqrt alone, which IEEE 754 fixes to the bit. The
// library's exp and log differ in the last place between machines, and then so would the world.

namespace simulator {

/// e^x, within 2 units in the last place for |x| <= 700.
inline double Exp(double x) {
  constexpr double kLn2High = 6.93147180369123816490e-01;
  constexpr double kLn2Low = 1.90821492927058770002e-10;
  constexpr double kInverseLn2 = 1.44269504088896338700e+00;
  if (x < -700.0) return 0.0;
  if (x > 700.0) x = 700.0;
  const auto k = static_cast<std::int64_t>(x * kInverseLn2 + (x < 0 ? -0.5 : 0.5));
  const auto real_k = static_cast<double>(k);
  const double r = (x - real_k * kLn2High) - real_k * kLn2Low;  // |r| <= ln(2) / 2
  double sum = 1.0;
  for (int n = 16; n >= 1; --n) sum = 1.0 + sum * r / static_cast<double>(n);
  return sum * std::bit_cast<double>(static_cast<std::uint64_t>(1023 + k) << 52);
}

/// The natural logarithm of a normal positive number.
inline double Log(double x) {
  constexpr double kLn2 = 6.93147180559945286227e-01;
  const auto bits = std::bit_cast<std::uint64_t>(x);
  auto exponent = static_cast<double>(static_cast<std::int64_t>(bits >> 52) - 1023);
  double m = std::bit_cast<double>((bits & 0xFFFFFFFFFFFFFULL) | 0x3FF0000000000000ULL);
  if (m > 1.4142135623730951) {
    m /= 2.0;
    exponent += 1.0;
  }
  const double s = (m - 1.0) / (m + 1.0);  // |s| <= 0.172
  const double s2 = s * s;
  double sum = 0.0;
  for (int n = 23; n >= 1; n -= 2) sum = 1.0 / static_cast<double>(n) + sum * s2;
  return exponent * kLn2 + 2.0 * s * sum;
}

inline double Logistic(double x) { return 1.0 / (1.0 + Exp(-x)); }

/// The normal quantile of a small p, given q = sqrt(-2 ln p).
inline double LowerTail(double q) {
  static constexpr double kC[] = {-7.784894002430293e-03, -3.223964580411365e-01,
                                  -2.400758277161838e+00, -2.549732539343734e+00,
                                  4.374664141464968e+00,  2.938163982698783e+00};
  static constexpr double kD[] = {7.784695709041462e-03, 3.224671290700398e-01,
                                  2.445134137142996e+00, 3.754408661907416e+00};
  return (((((kC[0] * q + kC[1]) * q + kC[2]) * q + kC[3]) * q + kC[4]) * q + kC[5]) /
         ((((kD[0] * q + kD[1]) * q + kD[2]) * q + kD[3]) * q + 1.0);
}

/// The normal quantile (Acklam's rational approximation, relative error below 1.2e-9).
inline double NormalQuantile(double p) {
  static constexpr double kA[] = {-3.969683028665376e+01, 2.209460984245205e+02,
                                  -2.759285104469687e+02, 1.383577518672690e+02,
                                  -3.066479806614716e+01, 2.506628277459239e+00};
  static constexpr double kB[] = {-5.447609879822406e+01, 1.615858368580409e+02,
                                  -1.556989798598866e+02, 6.680131188771972e+01,
                                  -1.328068155288572e+01};
  constexpr double kTail = 0.02425;
  if (p < kTail) return LowerTail(std::sqrt(-2.0 * Log(p)));
  if (p > 1.0 - kTail) return -LowerTail(std::sqrt(-2.0 * Log(1.0 - p)));
  const double q = p - 0.5;
  const double r = q * q;
  return (((((kA[0] * r + kA[1]) * r + kA[2]) * r + kA[3]) * r + kA[4]) * r + kA[5]) * q /
         (((((kB[0] * r + kB[1]) * r + kB[2]) * r + kB[3]) * r + kB[4]) * r + 1.0);
}

}  // namespace simulator
