#include <map>
#include <optional>
#include <random>

#include "local_log_fixture.h"

namespace evenkeel::testing {
namespace {

using std::chrono::hours;
using ::testing::SizeIs;

constexpr std::int64_t kHourMs = 3'600'000;

class LocalLogMaintenanceTest : public LocalLogFixture {
 protected:
  std::size_t CountFrom(LogDriver& driver, Offset from) {
    return driver.ReadAll({"out", 0}, from).size();
  }
};

TEST_F(LocalLogMaintenanceTest, RetentionDeletesWhatIsTooOld) {
  Reopen();
  MakeTopic({.name = "out", .retention = hours(2)});
  MakeTopic({.name = "kept"});
  LogDriver& writer = OpenWriter();
  for (int hour = 0; hour < 5; ++hour) {
    Write(writer, {.topic = "out", .value = "v"});
    Write(writer, {.topic = "kept", .value = "v"});
    wall_clock_ += kHourMs;
  }
  ASSERT_TRUE(log_->Maintain().ok());
  const WatermarksDone marks = writer.Watermarks({"out", 0});
  EXPECT_EQ(marks.low, 3);
  EXPECT_EQ(marks.high, 5);
  EXPECT_EQ(CountFrom(writer, 3), 2U);
  EXPECT_EQ(writer.Watermarks({"kept", 0}).low, 0);
  wall_clock_ += 10 * kHourMs;
  ASSERT_TRUE(log_->Maintain().ok());
  EXPECT_EQ(writer.Watermarks({"out", 0}).low, 5);
  Reopen();
  EXPECT_EQ(OpenWriter().Watermarks({"out", 0}).low, 5);
  EXPECT_EQ(OpenWriter().Watermarks({"out", 0}).high, 5);
}

TEST_F(LocalLogMaintenanceTest, RetentionBySizeDeletesTheOldest) {
  options_.retention_bytes["out"] = 100'000;
  Reopen();
  MakeTopic({.name = "out"});
  LogDriver& writer = OpenWriter();
  const std::string value(1000, 'x');
  for (int i = 0; i < 300; ++i) Write(writer, {.topic = "out", .value = value});
  ASSERT_TRUE(log_->Maintain().ok());
  const WatermarksDone marks = writer.Watermarks({"out", 0});
  EXPECT_EQ(marks.high, 300);
  EXPECT_GT(marks.low, 195);
  EXPECT_LT(marks.low, 215);
  EXPECT_EQ(CountFrom(writer, marks.low), static_cast<std::size_t>(marks.high - marks.low));
}

TEST_F(LocalLogMaintenanceTest, AReaderThatRetentionOvertakesFailsAndSkipsNothing) {
  Reopen();
  MakeTopic({.name = "out", .retention = hours(2)});
  LogDriver& writer = OpenWriter();
  writer->Begin();
  for (int i = 0; i < 10; ++i) writer.Produce({.topic = "out", .value = "v"});
  ASSERT_EQ(writer.Commit().outcome, CommitOutcome::kAcknowledged);
  writer->OpenReader({"out", 0}, 0);
  ASSERT_TRUE(writer.Until([&] { return writer.reader_records.size() == 4; }, 2));
  wall_clock_ += 3 * kHourMs;
  ASSERT_TRUE(log_->Maintain().ok());
  const auto failed = writer.Await<ReaderFailed>();
  ASSERT_TRUE(failed.has_value());
  EXPECT_EQ(failed->status.code(), StatusCode::kOutOfRange);
  EXPECT_THAT(writer.reader_records, SizeIs(4));
}

// Goal: whoever reads a compacted topic from any offset to its end knows the same last value of
// each key as one who reads the topic that was never compacted. Method: random writes, compactions,
// re-opens and deletions of the past, against a plain list.
class LocalLogCompactionPropertyTest : public LocalLogMaintenanceTest {
 protected:
  using Entry = std::pair<std::string, std::optional<std::string>>;

  void SetUp() override {
    options_.compact_bytes_min = 1;
    Reopen();
    MakeTopic({.name = "out", .compacted = true});
  }

  void WriteSome(std::mt19937& rng) {
    LogDriver& writer = OpenWriter();
    writer->Begin();
    for (int i = static_cast<int>(rng() % 400); i >= 0; --i) {
      const std::string key = "key " + std::to_string(rng() % 60);
      const std::string value = std::string(rng() % 600, 'x') + std::to_string(rng());
      const bool is_tombstone = rng() % 4 == 0;
      OutRecord record{.topic = "out", .key = key};
      if (!is_tombstone) record.value = value;
      ASSERT_EQ(writer.Produce(record), ProduceResult::kAccepted);
      all_.push_back({key, is_tombstone ? std::nullopt : std::optional(value)});
    }
    ASSERT_EQ(writer.Commit().outcome, CommitOutcome::kAcknowledged);
  }

  /// The last value of each key among what was ever written from `from` on.
  std::map<std::string, std::string> Model(std::size_t from) const {
    std::map<std::string, std::string> last;
    for (std::size_t i = from; i < all_.size(); ++i) {
      if (all_[i].second) {
        last[all_[i].first] = *all_[i].second;
      } else {
        last.erase(all_[i].first);
      }
    }
    return last;
  }

  std::map<std::string, std::string> Read(Offset from) {
    std::map<std::string, std::string> last;
    Offset before = from - 1;
    for (const SeenRecord& record : OpenWriter().ReadAll({"out", 0}, from)) {
      EXPECT_GT(record.offset, before);
      before = record.offset;
      const Entry& written = all_[static_cast<std::size_t>(record.offset)];
      EXPECT_EQ(record.key, written.first);
      EXPECT_EQ(record.value, written.second);
      if (record.value) {
        last[*record.key] = *record.value;
      } else {
        last.erase(*record.key);
      }
    }
    return last;
  }

  std::vector<Entry> all_;  // The index is the offset.
};

TEST_F(LocalLogCompactionPropertyTest, NothingThatCountsIsLost) {
  const auto seed = static_cast<std::uint32_t>(::testing::UnitTest::GetInstance()->random_seed());
  SCOPED_TRACE(::testing::Message() << "replay with --gtest_random_seed=" << seed);
  std::mt19937 rng(seed);
  Offset low = 0;
  for (int round = 0; round < 40; ++round) {
    WriteSome(rng);
    if (rng() % 2 == 0) {
      ASSERT_TRUE(log_->Maintain().ok());
    }
    if (rng() % 8 == 0) Reopen();
    if (rng() % 3 == 0) wall_clock_ += kHourMs * static_cast<std::int64_t>(rng() % 30);
    if (rng() % 12 == 0) {
      low = std::max(low, static_cast<Offset>(rng() % all_.size()));
      ASSERT_TRUE(log_->DeleteRecords({"out", 0}, low, kAdmin).ok());
    }
    ASSERT_EQ(Read(low), Model(static_cast<std::size_t>(low))) << "round " << round;
    const Offset middle = low + static_cast<Offset>(rng() % all_.size());
    if (middle < std::ssize(all_)) {
      // From the middle a key may show a value whose tombstone is gone only if it is its last.
      ASSERT_EQ(Read(middle), Model(static_cast<std::size_t>(middle)));
    }
    if (HasFailure()) return;
  }
}

TEST_F(LocalLogCompactionPropertyTest, GarbageIsBounded) {
  std::mt19937 rng(7);
  for (int round = 0; round < 60; ++round) {
    WriteSome(rng);
    ASSERT_TRUE(log_->Maintain().ok());
  }
  ASSERT_GT(all_.size(), 5000U);
  // 60 keys are alive at most; what was kept and what came since weigh at most the same.
  EXPECT_LT(OpenWriter().ReadAll({"out", 0}).size(), 60U + 60U + 400U + 60U);
}

TEST_F(LocalLogCompactionPropertyTest, TombstonesStayForTheirTime) {
  LogDriver& writer = OpenWriter();
  const auto churn = [&] {
    for (int i = 0; i < 20; ++i) Write(writer, {.topic = "out", .key = "hot", .value = "v"});
  };
  Write(writer, {.topic = "out", .key = "gone", .value = "v"});
  Write(writer, {.topic = "out", .key = "gone"});
  churn();
  ASSERT_TRUE(log_->Maintain().ok());
  auto records = writer.ReadAll({"out", 0});
  ASSERT_THAT(records, SizeIs(2));
  EXPECT_EQ(records[0].key, "gone");
  EXPECT_EQ(records[0].value, std::nullopt);
  wall_clock_ += 25 * kHourMs;
  churn();
  ASSERT_TRUE(log_->Maintain().ok());
  records = writer.ReadAll({"out", 0});
  ASSERT_THAT(records, SizeIs(1));
  EXPECT_EQ(records[0].key, "hot");
}

}  // namespace
}  // namespace evenkeel::testing
