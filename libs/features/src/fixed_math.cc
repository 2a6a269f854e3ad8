#include "evenkeel/features/fixed_math.h"

#include <array>
#include <bit>
#include <limits>

#include "evenkeel/base/check.h"

namespace evenkeel {
namespace {

__extension__ using UInt128 = unsigned __int128;

// 2^-(2^-k) for k = 1 to 32, in units of 2^-64.
constexpr std::array<std::uint64_t, 32> kRootsOfHalf = {
    0xb504f333f9de6484ULL, 0xd744fccad69d6af4ULL, 0xeac0c6e7dd24392fULL, 0xf5257d152486cc2cULL,
    0xfa83b2db722a033aULL, 0xfd3e0c0cf486c175ULL, 0xfe9e115c7b8f884cULL, 0xff4ecb59511ec8a5ULL,
    0xffa756521c8daed2ULL, 0xffd3a751c0f7e10cULL, 0xffe9d2b2f7db2756ULL, 0xfff4e91bff1b8c3eULL,
    0xfffa747ea0040664ULL, 0xfffd3a3b7814eb54ULL, 0xfffe9d1cc60ddab1ULL, 0xffff4e8e25879bfaULL,
    0xffffa7470363f451ULL, 0xffffd3a37dda0313ULL, 0xffffe9d1bdf703afULL, 0xfffff4e8debe025eULL,
    0xfffffa746f4fa150ULL, 0xfffffd3a37a3f8b0ULL, 0xfffffe9d1bd1065aULL, 0xffffff4e8de845aeULL,
    0xffffffa746f41377ULL, 0xffffffd3a37a05e4ULL, 0xffffffe9d1bd01fcULL, 0xfffffff4e8de80c0ULL,
    0xfffffffa746f4051ULL, 0xfffffffd3a37a025ULL, 0xfffffffe9d1bd011ULL, 0xffffffff4e8de808ULL,
};

constexpr Int128 kLog2OfEQ60 = 1663314137230540311;
constexpr Int128 kLn2Q62 = 3196577161300663915;

// Beyond it, 2^-x is nothing in q62.
constexpr std::uint64_t kExponentMax = 62;

// `x_micro` * log2(e), in q32. REQUIRES: 0 <= x_micro <= 64 million.
std::uint64_t ToPowerOfTwoQ32(std::int64_t x_micro) {
  return static_cast<std::uint64_t>(DivideRounded(x_micro * kLog2OfEQ60, kMillion) >> 28);
}

// log2(n) in q32.
std::int64_t Log2Q32(std::uint64_t n) {
  const int exponent = static_cast<int>(std::bit_width(n)) - 1;
  std::uint64_t mantissa = n << (63 - exponent);  // In [1, 2), units of 2^-63.
  std::int64_t fraction = 0;
  for (int bit = 31; bit >= 0; --bit) {
    const UInt128 square = static_cast<UInt128>(mantissa) * mantissa;  // Units of 2^-126.
    const bool is_two = (square >> 127) != 0;
    mantissa = static_cast<std::uint64_t>(square >> (is_two ? 64 : 63));
    if (is_two) fraction |= std::int64_t{1} << bit;
  }
  return (std::int64_t{exponent} << 32) + fraction;
}

}  // namespace

Int128 DivideRounded(Int128 numerator, Int128 denominator) {
  const Int128 half = denominator / 2;
  return numerator >= 0 ? (numerator + half) / denominator : (numerator - half) / denominator;
}

std::int64_t Saturate(Int128 value) {
  constexpr auto kMin = std::numeric_limits<std::int64_t>::min();
  constexpr auto kMax = std::numeric_limits<std::int64_t>::max();
  if (value < kMin) return kMin;
  return value > kMax ? kMax : static_cast<std::int64_t>(value);
}

std::int64_t Exp2NegativeQ62(std::uint64_t x_q32) {
  const std::uint64_t whole = x_q32 >> 32;
  if (whole > kExponentMax) return 0;
  auto fraction = static_cast<std::uint32_t>(x_q32);
  std::uint64_t value = std::uint64_t{1} << 62;
  while (fraction != 0) {
    const int lead = std::countl_zero(fraction);
    value = static_cast<std::uint64_t>(
        (static_cast<UInt128>(value) * kRootsOfHalf[static_cast<std::size_t>(lead)]) >> 64);
    fraction &= ~(0x80000000U >> lead);
  }
  return static_cast<std::int64_t>(value >> whole);
}

std::int64_t SigmoidPpb(std::int64_t x_micro) {
  constexpr std::int64_t kFar = 40 * kMillion;
  if (x_micro >= kFar) return kBillion;
  if (x_micro <= -kFar) return 0;
  const bool is_negative = x_micro < 0;
  const Int128 e = Exp2NegativeQ62(ToPowerOfTwoQ32(is_negative ? -x_micro : x_micro));
  const Int128 numerator = is_negative ? e : Int128{kOneQ62};
  return static_cast<std::int64_t>(DivideRounded(kBillion * numerator, kOneQ62 + e));
}

std::int64_t CloglogPpb(std::int64_t x_micro) {
  constexpr std::int64_t kHigh = 3'200'000;  // e^-e^3.2 < 0.1 ppb.
  if (x_micro >= kHigh) return kBillion;
  if (x_micro <= -40 * kMillion) return 0;
  // e^x = 2^5 * 2^-(5 - x log2 e), so that the exponent is never above zero.
  constexpr std::uint64_t kFiveQ32 = std::uint64_t{5} << 32;
  const std::uint64_t y =
      x_micro >= 0 ? kFiveQ32 - ToPowerOfTwoQ32(x_micro) : kFiveQ32 + ToPowerOfTwoQ32(-x_micro);
  const Int128 exp_q57 = Exp2NegativeQ62(y);
  const auto power_q32 = static_cast<std::uint64_t>((exp_q57 * kLog2OfEQ60) >> (57 + 60 - 32));
  return kBillion - Q62ToPpb(Exp2NegativeQ62(power_q32));
}

std::int64_t LogRatioMicro(std::int64_t numerator, std::int64_t denominator) {
  EVENKEEL_CHECK(numerator > 0 && denominator > 0);
  const Int128 log2_q32 = Log2Q32(static_cast<std::uint64_t>(numerator)) -
                          Log2Q32(static_cast<std::uint64_t>(denominator));
  const Int128 ln_q62 = (log2_q32 * kLn2Q62) >> 32;
  return static_cast<std::int64_t>(DivideRounded(ln_q62 * kMillion, kOneQ62));
}

std::int64_t PpbToQ62(std::int64_t ppb) {
  return static_cast<std::int64_t>(DivideRounded(static_cast<Int128>(ppb) << 62, kBillion));
}

std::int64_t Q62ToPpb(std::int64_t q62) {
  return static_cast<std::int64_t>(DivideRounded(static_cast<Int128>(q62) * kBillion, kOneQ62));
}

}  // namespace evenkeel
