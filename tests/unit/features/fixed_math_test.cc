#include "evenkeel/features/fixed_math.h"

#include <cmath>

#include <gtest/gtest.h>

namespace evenkeel {
namespace {

TEST(FixedMathTest, HalvesPerUnit) {
  EXPECT_EQ(Exp2NegativeQ62(0), kOneQ62);
  EXPECT_EQ(Exp2NegativeQ62(std::uint64_t{1} << 32), kOneQ62 / 2);
  EXPECT_EQ(Exp2NegativeQ62(std::uint64_t{63} << 32), 0);
  EXPECT_EQ(Exp2NegativeQ62(~std::uint64_t{0}), 0);
}

TEST(FixedMathTest, StaysWithinItsStatedErrors) {
  for (std::int64_t x = -30'000'000; x <= 30'000'000; x += 77'777) {
    const long double real = static_cast<long double>(x) / 1e6L;
    ASSERT_NEAR(static_cast<double>(SigmoidPpb(x)), static_cast<double>(1e9L / (1 + expl(-real))),
                1.0)
        << x;
    ASSERT_NEAR(static_cast<double>(CloglogPpb(x)),
                static_cast<double>(-1e9L * expm1l(-expl(real))), 2.0)
        << x;
  }
  for (std::int64_t n = 1; n < 4'000'000'000'000'000'000; n = n * 3 + 7) {
    for (const std::int64_t d : {1LL, 10LL, 999'983LL, 1LL << 61}) {
      const long double exact =
          1e6L * logl(static_cast<long double>(n) / static_cast<long double>(d));
      ASSERT_NEAR(static_cast<double>(LogRatioMicro(n, d)), static_cast<double>(exact), 2.0) << n;
    }
  }
}

TEST(FixedMathTest, NeverFallsWhereTheTrueFunctionRises) {
  std::int64_t last = 0;
  for (std::int64_t x = -25'000'000; x <= 25'000'000; x += 9'999) {
    ASSERT_GE(SigmoidPpb(x), last) << x;
    last = SigmoidPpb(x);
  }
}

TEST(FixedMathTest, GoesToItsLimits) {
  EXPECT_EQ(SigmoidPpb(INT64_MAX), kBillion);
  EXPECT_EQ(SigmoidPpb(INT64_MIN), 0);
  EXPECT_EQ(CloglogPpb(INT64_MAX), kBillion);
  EXPECT_EQ(CloglogPpb(INT64_MIN), 0);
  EXPECT_EQ(SigmoidPpb(0), kBillion / 2);
}

TEST(FixedMathTest, RoundsHalvesAwayFromZero) {
  EXPECT_EQ(static_cast<int>(DivideRounded(5, 2)), 3);
  EXPECT_EQ(static_cast<int>(DivideRounded(-5, 2)), -3);
  EXPECT_EQ(static_cast<int>(DivideRounded(-4, 3)), -1);
}

}  // namespace
}  // namespace evenkeel
