#include "calendar.h"

#include "sha256.h"
#include <gtest/gtest.h>

namespace simulator {
namespace {

constexpr Zone kBerlin{"Europe/Berlin", 60, SummerTime::kEurope};
constexpr Zone kNewYork{"America/New_York", -300, SummerTime::kUnitedStates};
constexpr Zone kKolkata{"Asia/Kolkata", 330, SummerTime::kNone};

std::int64_t Utc(int year, int month, int day, int hour, int minute) {
  return DayNumber({year, month, day}) * kDayMs + hour * kHourMs + minute * kMinuteMs;
}

TEST(CalendarTest, CountsDaysAndWeekdays) {
  EXPECT_EQ(DayNumber({1970, 1, 1}), 0);
  EXPECT_EQ(DayNumber({2000, 3, 1}), 11017);
  EXPECT_EQ(Weekday(DayNumber({2026, 1, 5})), 0);
  EXPECT_EQ(Weekday(DayNumber({1969, 12, 31})), 2);
  for (std::int64_t day = -200000; day < 200000; day += 17) EXPECT_EQ(DayNumber(DateOf(day)), day);
}

TEST(CalendarTest, AddsMonthsAcrossYears) {
  EXPECT_EQ(PlusMonths({2026, 1, 28}, -1), (Date{2025, 12, 28}));
  EXPECT_EQ(PlusMonths({2026, 11, 5}, 14), (Date{2028, 1, 5}));
}

TEST(CalendarTest, RefusesWhatIsNoDate) {
  Date date;
  EXPECT_TRUE(ParseDate("2028-02-29", &date));
  EXPECT_EQ(date, (Date{2028, 2, 29}));
  for (const char* text : {"2026-02-29", "2026-13-01", "2026-00-10", "2026-1-05", "2026/01/05",
                           "2026-01-0x", "", "yesterday"}) {
    EXPECT_FALSE(ParseDate(text, &date)) << text;
  }
}

TEST(CalendarTest, ChangesToSummerTimeWhenTheLawSays) {
  EXPECT_EQ(OffsetMinutes(kBerlin, Utc(2026, 3, 29, 0, 59)), 60);
  EXPECT_EQ(OffsetMinutes(kBerlin, Utc(2026, 3, 29, 1, 0)), 120);
  EXPECT_EQ(OffsetMinutes(kBerlin, Utc(2026, 10, 25, 0, 59)), 120);
  EXPECT_EQ(OffsetMinutes(kBerlin, Utc(2026, 10, 25, 1, 0)), 60);
  EXPECT_EQ(OffsetMinutes(kNewYork, Utc(2026, 3, 8, 6, 59)), -300);
  EXPECT_EQ(OffsetMinutes(kNewYork, Utc(2026, 3, 8, 7, 0)), -240);
  EXPECT_EQ(OffsetMinutes(kNewYork, Utc(2026, 11, 1, 5, 59)), -240);
  EXPECT_EQ(OffsetMinutes(kNewYork, Utc(2026, 11, 1, 6, 0)), -300);
  EXPECT_EQ(OffsetMinutes(kKolkata, Utc(2026, 7, 1, 0, 0)), 330);
}

TEST(CalendarTest, FindsTheMomentOfALocalTime) {
  EXPECT_EQ(FromLocal(kBerlin, Utc(2026, 6, 1, 12, 0)), Utc(2026, 6, 1, 10, 0));
  EXPECT_EQ(FromLocal(kNewYork, Utc(2026, 1, 5, 8, 0)), Utc(2026, 1, 5, 13, 0));
  EXPECT_EQ(FromLocal(kKolkata, Utc(2026, 1, 5, 0, 0)), Utc(2026, 1, 4, 18, 30));
}

TEST(CalendarTest, WritesTimesWithTheirOffset) {
  EXPECT_EQ(FormatTime(Utc(2026, 1, 5, 7, 15) + 23417, 60), "2026-01-05T08:15:23.417+01:00");
  EXPECT_EQ(FormatTime(Utc(2026, 1, 5, 2, 0), -300), "2026-01-04T21:00:00.000-05:00");
  EXPECT_EQ(FormatTime(Utc(2026, 1, 5, 2, 0), 330), "2026-01-05T07:30:00.000+05:30");
  EXPECT_EQ(FormatTime(-1, 0), "1969-12-31T23:59:59.999+00:00");
}

TEST(Sha256Test, GivesThePublishedDigests) {
  EXPECT_EQ(Sha256().Hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  Sha256 abc;
  abc.Update("abc");
  EXPECT_EQ(abc.Hex(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  Sha256 million;
  for (int i = 0; i < 1000; ++i) million.Update(std::string(1000, 'a'));
  EXPECT_EQ(million.Hex(), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

}  // namespace
}  // namespace simulator
