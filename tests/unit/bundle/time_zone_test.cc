#include <gtest/gtest.h>

#include "evenkeel/bundle/time_zones.h"

namespace evenkeel {
namespace {

class TimeZoneTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Result<TimeZoneDatabase> opened = TimeZoneDatabase::Open();
    ASSERT_TRUE(opened.ok()) << opened.status().message();
    zones_ = std::move(opened).value();
  }
  TimeZoneTable Load(std::string_view name) const {
    Result<TimeZoneTable> table = zones_.Load(name);
    EXPECT_TRUE(table.ok()) << table.status().message();
    return std::move(table).value();
  }
  static std::int32_t OffsetAt(const TimeZoneTable& zone, std::int64_t utc_seconds) {
    std::int32_t offset = zone.transitions.front().offset_s;
    for (const TimeZoneTransition& change : zone.transitions) {
      if (change.at.value <= utc_seconds * 1000) offset = change.offset_s;
    }
    return offset;
  }

  TimeZoneDatabase zones_;
};

TEST_F(TimeZoneTest, KnowsItsVersionAndAliases) {
  EXPECT_GE(zones_.version().size(), 5U);
  EXPECT_TRUE(zones_.Has("Europe/Berlin"));
  EXPECT_TRUE(zones_.Has("US/Eastern"));
  EXPECT_EQ(zones_.Load("Europe/Berln").status().message(),
            "there is no time zone 'Europe/Berln'; did you mean 'Europe/Berlin'?");
  EXPECT_FALSE(zones_.Load("../../../etc/passwd").ok());
}

// date -u -d @1774746000 is 2026-03-29 01:00 UTC, when summer time begins in the EU.
TEST_F(TimeZoneTest, ChangesClocksAtTheSecond) {
  const TimeZoneTable berlin = Load("Europe/Berlin");
  EXPECT_EQ(OffsetAt(berlin, 1774746000 - 1), 3600);
  EXPECT_EQ(OffsetAt(berlin, 1774746000), 7200);
  EXPECT_EQ(berlin.version, zones_.version());
}

// Past the file's own table: the rule of the footer. 2090-07-01 and 2090-12-24 at noon UTC.
TEST_F(TimeZoneTest, GoesOnAfterTheTableOfTheFile) {
  const TimeZoneTable berlin = Load("Europe/Berlin");
  EXPECT_EQ(OffsetAt(berlin, 3802593600), 7200);
  EXPECT_EQ(OffsetAt(berlin, 3817800000), 3600);
  const TimeZoneTable sydney = Load("Australia/Sydney");
  EXPECT_EQ(OffsetAt(sydney, 3802593600), 10 * 3600);
  EXPECT_EQ(OffsetAt(sydney, 3817800000), 11 * 3600);
  EXPECT_EQ(OffsetAt(Load("Asia/Kathmandu"), 3802593600), 5 * 3600 + 45 * 60);
}

TEST_F(TimeZoneTest, LoadsEveryZoneInOrder) {
  for (const std::string& name : zones_.names()) {
    const TimeZoneTable zone = Load(name);
    ASSERT_FALSE(zone.transitions.empty()) << name;
    for (std::size_t i = 1; i < zone.transitions.size(); ++i) {
      ASSERT_LT(zone.transitions[i - 1].at, zone.transitions[i].at) << name;
    }
  }
}

TEST_F(TimeZoneTest, TurnsLocalTimesIntoUtc) {
  const TimeZoneTable london = Load("Europe/London");
  // 2011-03-27 00:59:59, 01:30 (never shown), 02:00 and 2011-10-30 01:30 (shown twice).
  EXPECT_EQ(LocalToUtcSeconds(london, 1301187599), 1301187599);
  EXPECT_EQ(LocalToUtcSeconds(london, 1301189400), 1301189400);
  EXPECT_EQ(LocalToUtcSeconds(london, 1301191200), 1301191200 - 3600);
  EXPECT_EQ(LocalToUtcSeconds(london, 1319938200), 1319938200 - 3600);
  EXPECT_EQ(LocalToUtcSeconds(london, 1319941800), 1319941800);
}

TEST_F(TimeZoneTest, ReadsBackEveryHourOfAYear) {
  for (const char* name : {"Europe/London", "America/New_York", "Australia/Lord_Howe", "UTC"}) {
    const TimeZoneTable zone = Load(name);
    for (std::int64_t utc = 1767225600; utc < 1767225600 + 366 * 86'400; utc += 1800) {
      const std::int64_t local = utc + OffsetAt(zone, utc);
      const std::int64_t back = LocalToUtcSeconds(zone, local);
      // Of a time shown twice the first is meant: the same clock, at most an hour sooner.
      ASSERT_EQ(back + OffsetAt(zone, back), local) << name << " " << utc;
      ASSERT_LE(back, utc) << name;
      ASSERT_GE(back, utc - 3600) << name;
    }
  }
}

TEST(TzifTest, RefusesDamagedFiles) {
  EXPECT_EQ(ParseTzif("X", "v", "").status().message(),
            "the time zone file of X is not TZif of version 2 or later");
  std::string header = "TZif2" + std::string(39, '\0');
  EXPECT_EQ(ParseTzif("X", "v", header).status().code(), StatusCode::kDataLoss);
  EXPECT_EQ(ParseTzif("X", "v", header + header).status().code(), StatusCode::kDataLoss);
  header[35] = 1;
  EXPECT_EQ(ParseTzif("X", "v", header + header).status().code(), StatusCode::kDataLoss);
}

}  // namespace
}  // namespace evenkeel
