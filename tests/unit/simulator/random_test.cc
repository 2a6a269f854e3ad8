#include "random.h"

#include <cmath>

#include "real.h"
#include <gtest/gtest.h>

namespace simulator {
namespace {

using Words = std::array<std::uint32_t, 4>;

TEST(PhiloxTest, GivesTheNumbersThatItsAuthorsPublished) {
  EXPECT_EQ(Philox({0, 0, 0, 0}, {0, 0}), (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(Philox({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}),
            (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(Philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(StreamTest, IsMovedByNothingButItsOwnCoordinates) {
  const Dice dice(42);
  Stream first = dice.For(7, 3, Purpose::kSessions);
  const std::uint64_t one = first.Bits();
  const std::uint64_t two = first.Bits();
  dice.For(8, 3, Purpose::kSessions).Bits();
  Stream again = dice.For(7, 3, Purpose::kSessions);
  EXPECT_EQ(again.Bits(), one);
  EXPECT_EQ(again.Bits(), two);
}

TEST(StreamTest, DiffersBySeedCustomerDayAndPurpose) {
  const std::uint64_t one = Dice(42).For(7, 3, Purpose::kSessions).Bits();
  EXPECT_NE(Dice(43).For(7, 3, Purpose::kSessions).Bits(), one);
  EXPECT_NE(Dice(42ULL | 1ULL << 40).For(7, 3, Purpose::kSessions).Bits(), one);
  EXPECT_NE(Dice(42).For(8, 3, Purpose::kSessions).Bits(), one);
  EXPECT_NE(Dice(42).For(7, 4, Purpose::kSessions).Bits(), one);
  EXPECT_NE(Dice(42).For(7, 3, Purpose::kTickets).Bits(), one);
  EXPECT_NE(Dice(42).ForRegion(7, 3, Purpose::kSessions).Bits(), one);
}

/// Mean and variance of what `draw` gives, over many days of one customer.
template <typename Draw>
std::pair<double, double> Moments(Draw draw) {
  constexpr int kDraws = 40000;
  double sum = 0;
  double squares = 0;
  for (std::uint32_t day = 0; day < kDraws; ++day) {
    Stream stream = Dice(5).For(1, day, Purpose::kLatents);
    const double x = draw(stream);
    sum += x;
    squares += x * x;
  }
  const double mean = sum / kDraws;
  return {mean, squares / kDraws - mean * mean};
}

TEST(StreamTest, DrawsTheDistributionsItNames) {
  const auto check = [](const char* name, std::pair<double, double> got, double mean,
                        double variance) {
    EXPECT_NEAR(got.first, mean, 5 * std::sqrt(variance / 40000)) << name;
    EXPECT_NEAR(got.second, variance, 0.06 * variance) << name;
  };
  check("uniform", Moments([](Stream& s) { return s.Uniform(); }), 0.5, 1.0 / 12);
  check("normal", Moments([](Stream& s) { return s.Normal(); }), 0, 1);
  check("exponential", Moments([](Stream& s) { return s.Exponential(); }), 1, 1);
  check("poisson", Moments([](Stream& s) { return s.Poisson(2.5); }), 2.5, 2.5);
  check("binomial", Moments([](Stream& s) { return s.Binomial(7, 0.3); }), 2.1, 1.47);
  check("gamma", Moments([](Stream& s) { return s.Gamma(1.2, 0.5); }), 0.6, 0.3);
  check("beta(2,2)", Moments([](Stream& s) { return s.Beta22(); }), 0.5, 0.05);
  check("below", Moments([](Stream& s) { return s.Below(5); }), 2, 2);
}

TEST(StreamTest, PicksByWeight) {
  const std::array<double, 3> weights{2, 0, 6};
  std::array<int, 3> counts{};
  for (std::uint32_t day = 0; day < 8000; ++day) {
    ++counts[static_cast<std::size_t>(Dice(5).For(1, day, Purpose::kLatents).Pick(weights))];
  }
  EXPECT_NEAR(counts[0], 2000, 200);
  EXPECT_EQ(counts[1], 0);
}

TEST(RealTest, AgreesWithTheLibrary) {
  for (int i = -400; i <= 400; ++i) {
    const double x = i * 0.0977;
    EXPECT_NEAR(Exp(x) / std::exp(x), 1.0, 4e-15) << x;
    EXPECT_NEAR(Log(std::exp(x)), x, 1e-14 * std::max(1.0, std::abs(x))) << x;
  }
  EXPECT_EQ(Exp(0), 1.0);
  EXPECT_EQ(Log(1), 0.0);
  for (int i = 0; i < 880; ++i) {
    const double p = 1e-9 + i * 0.00113;
    EXPECT_NEAR(0.5 * std::erfc(-NormalQuantile(p) / std::sqrt(2.0)) / p, 1.0, 1e-7) << p;
  }
}

}  // namespace
}  // namespace simulator
