#include "evenkeel/policy/time_zone.h"

#include <random>

#include "policy_builders.h"
#include <gtest/gtest.h>

namespace evenkeel {
namespace {

using testing::At;
using testing::Berlin;
using testing::kDayMs;
using testing::kFallBack;
using testing::kHourMs;
using testing::kMinuteMs;
using testing::kSpringForward;
using testing::Utc;

constexpr DailySpan kNight{.from_minute = 22 * 60, .to_minute = 8 * 60};

TimeMs Plus(TimeMs time, std::int64_t hours, std::int64_t minutes = 0) {
  return {time.value + hours * kHourMs + minutes * kMinuteMs};
}

TEST(TimeZoneTest, ReadsTheClockOnTheWall) {
  EXPECT_EQ(Berlin().LocalMinute(At(0, 12)), 13 * 60);
  EXPECT_EQ(Berlin().LocalMinute(At(0, 23, 30)), 30);
  EXPECT_EQ(Berlin().LocalMinute({kSpringForward.value - 1}), 119);
  EXPECT_EQ(Berlin().LocalMinute(kSpringForward), 180);
  EXPECT_EQ(Utc().LocalMinute({-1}), 1439);
}

TEST(TimeZoneTest, EndsANightInTheMorning) {
  EXPECT_EQ(EndOfSpan(Berlin(), kNight, At(0, 22)), At(1, 7));
  EXPECT_EQ(EndOfSpan(Berlin(), kNight, At(0, 12)), At(0, 12));
  EXPECT_EQ(StartOfSpan(Berlin(), kNight, At(0, 12)), At(0, 21));
  EXPECT_EQ(StartOfSpan(Berlin(), kNight, At(0, 23)), At(0, 23));
}

TEST(TimeZoneTest, ANightIsAnHourShorterInSpringAndLongerInAutumn) {
  EXPECT_EQ(EndOfSpan(Berlin(), kNight, Plus(kSpringForward, -4)), Plus(kSpringForward, 5));
  EXPECT_EQ(EndOfSpan(Berlin(), kNight, Plus(kFallBack, -5)), Plus(kFallBack, 6));
}

TEST(TimeZoneTest, ASpanThatEndsInTheGapEndsWhenTheClockJumps) {
  const DailySpan span{.from_minute = 60, .to_minute = 150};  // Until 02:30, which is not.
  EXPECT_EQ(EndOfSpan(Berlin(), span, Plus(kSpringForward, 0, -30)), kSpringForward);
}

TEST(TimeZoneTest, ASpanThatStartsInTheGapStartsWhenTheClockJumps) {
  const DailySpan span{.from_minute = 150, .to_minute = 240};  // From 02:30, which is not.
  EXPECT_EQ(StartOfSpan(Berlin(), span, Plus(kSpringForward, 0, -30)), kSpringForward);
}

TEST(TimeZoneTest, InTheFoldTheSameClockTimeIsQuietTwice) {
  const DailySpan span{.from_minute = 0, .to_minute = 150};  // Until 02:30, which comes twice.
  const TimeMs first_end = Plus(kFallBack, 0, -30);
  EXPECT_EQ(EndOfSpan(Berlin(), span, Plus(kFallBack, -2)), first_end);
  EXPECT_EQ(StartOfSpan(Berlin(), span, first_end), kFallBack);
  EXPECT_EQ(EndOfSpan(Berlin(), span, kFallBack), Plus(kFallBack, 0, 30));
}

TEST(TimeZoneTest, AnEmptySpanNeverStarts) {
  EXPECT_EQ(StartOfSpan(Utc(), {.from_minute = 5, .to_minute = 5}, At(0)), TimeMs::Max());
}

// Method: step through the minutes, which is the definition.
TEST(TimeZonePropertyTest, SpansAgreeWithTheirDefinition) {
  const auto seed = static_cast<std::uint32_t>(::testing::UnitTest::GetInstance()->random_seed());
  SCOPED_TRACE(::testing::Message() << "--gtest_random_seed=" << seed);
  std::mt19937 rng(seed);
  const auto below = [&rng](std::int64_t n) {
    return static_cast<std::int64_t>(rng() % static_cast<std::uint32_t>(n));
  };
  const TimeZoneTable zone = Berlin();
  for (int round = 0; round < 400; ++round) {
    const DailySpan span{static_cast<std::int32_t>(below(1440)),
                         static_cast<std::int32_t>(below(1440))};
    if (span.from_minute == span.to_minute) continue;
    const TimeMs around = below(2) == 0 ? kSpringForward : kFallBack;
    const TimeMs time = Plus(around, below(60) - 30, below(60));
    TimeMs end = time;
    while (span.Contains(zone.LocalMinute(end))) end.value += kMinuteMs;
    TimeMs start = time;
    while (!span.Contains(zone.LocalMinute(start))) start.value += kMinuteMs;
    ASSERT_EQ(EndOfSpan(zone, span, time), end);
    ASSERT_EQ(StartOfSpan(zone, span, time), start);
  }
}

}  // namespace
}  // namespace evenkeel
