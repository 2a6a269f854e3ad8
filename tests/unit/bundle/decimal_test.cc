#include "evenkeel/bundle/decimal.h"

#include <limits>

#include <gtest/gtest.h>

namespace evenkeel {
namespace {

struct Case {
  std::string_view text;
  int scale;
  std::int64_t units;
};

TEST(DecimalTest, ReadsExactly) {
  constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
  const Case cases[] = {
      {"2.55", 2, 255},
      {"2.55", 3, 2550},
      {"-0.001", 3, -1},
      {"+7", 0, 7},
      {"17850.0", 0, 17850},
      {"2.500", 1, 25},
      {"1e3", 0, 1000},
      {"1.5E-1", 2, 15},
      {"0e-40", 0, 0},
      {"007", 0, 7},
      {"0.000000", 0, 0},
      {"-9223372036854775808", 0, kMin},
      {"9223372036854775807", 0, std::numeric_limits<std::int64_t>::max()},
      {"0.10000000000000000000000000", 1, 1},
  };
  for (const Case& c : cases) {
    const Result<std::int64_t> units = ParseScaled(c.text, c.scale);
    ASSERT_TRUE(units.ok()) << c.text << ": " << units.status().message();
    EXPECT_EQ(*units, c.units) << c.text;
  }
}

TEST(DecimalTest, RefusesWhatIsNotExact) {
  const auto message = [](std::string_view text, int scale) {
    return ParseScaled(text, scale).status().message();
  };
  EXPECT_EQ(message("2.555", 2), "'2.555' has more than 2 decimal places");
  EXPECT_EQ(message("9223372036854775808", 0), "'9223372036854775808' does not fit 64 bits");
  EXPECT_EQ(message("9223372036854775807", 1), "'9223372036854775807' does not fit 64 bits");
  EXPECT_EQ(message("1e40", 0), "'1e40' does not fit 64 bits");
  EXPECT_EQ(message("1e-19", 0), "'1e-19' has more than 18 decimal places");
  for (const std::string_view text : {"", "-", ".5", "5.", "1,5", "0x10", "nan", "inf", "1e", "1e+",
                                      " 1", "1 ", "--1", "1.2.3", "1e9999", "\xd9\xa1"}) {
    EXPECT_FALSE(ParseScaled(text, 2).ok()) << text;
  }
}

TEST(DecimalTest, ShowsWhatItReads) {
  for (const std::int64_t units :
       {0L, 1L, -1L, 99L, -100L, 12345L, std::numeric_limits<long>::min()}) {
    for (const int scale : {0, 1, 3, 18}) {
      EXPECT_EQ(*ParseScaled(FormatScaled(units, scale), scale), units) << units << " " << scale;
    }
  }
  EXPECT_EQ(FormatScaled(-5, 3), "-0.005");
}

}  // namespace
}  // namespace evenkeel
