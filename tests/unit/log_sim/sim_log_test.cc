#include "evenkeel/log/sim_log.h"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "log_driver.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace evenkeel::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class SimLogTest : public ::testing::Test {
 protected:
  static constexpr Partition kRows = 4;

  void SetUp() override {
    ASSERT_TRUE(log_.CreateTopic({.name = "in", .partitions = kRows}, {}).ok());
    ASSERT_TRUE(
        log_.CreateTopic({.name = "lead", .partitions = kRows, .compacted = true}, {}).ok());
  }

  std::unique_ptr<LogDriver> Open(SessionOptions options) {
    auto session = log_.OpenSession(std::move(options));
    EXPECT_TRUE(session.ok());
    const LogTime time{.elapsed = [this] { return log_.now().wall - TimeMs{0}; },
                       .idle = [this] { log_.AdvanceTime(milliseconds(5)); }};
    return std::make_unique<LogDriver>(std::move(session).value(), time);
  }

  std::unique_ptr<LogDriver> OpenMember(const std::string& name) {
    auto driver = Open({.transactional_id = "t-" + name,
                        .inputs = {"in"},
                        .membership = GroupMembership{.group = "g",
                                                      .instance_id = name,
                                                      .lead_topic = "lead",
                                                      .session_timeout = seconds(6)}});
    EXPECT_TRUE(driver->Init().ok());
    return driver;
  }

  /// Polls all in turn for some virtual time.
  void Run(const std::vector<LogDriver*>& drivers, milliseconds span) {
    const TimeMs end = log_.now().wall + span;
    while (log_.now().wall < end) {
      for (LogDriver* driver : drivers) driver->Step();
      log_.AdvanceTime(milliseconds(5));
    }
  }

  SimLog log_;
};

TEST_F(SimLogTest, SharesTheRowsOutInRangesOfInstanceIds) {
  auto b = OpenMember("b");
  auto a = OpenMember("a");
  Run({b.get(), a.get()}, seconds(1));
  EXPECT_THAT(a->rows, ElementsAre(0, 1));
  EXPECT_THAT(b->rows, ElementsAre(2, 3));
}

TEST_F(SimLogTest, AStaticMemberThatComesBackInTimeDisturbsNobody) {
  auto a = OpenMember("a");
  auto b = OpenMember("b");
  Run({a.get(), b.get()}, seconds(1));
  a->events.clear();
  b.reset();
  Run({a.get()}, seconds(3));
  b = OpenMember("b");
  Run({a.get(), b.get()}, seconds(3));
  EXPECT_THAT(b->rows, ElementsAre(2, 3));
  EXPECT_THAT(a->events, IsEmpty());
}

TEST_F(SimLogTest, AMemberThatIsGoneLosesItsRowsAtItsSessionTimeout) {
  auto a = OpenMember("a");
  auto b = OpenMember("b");
  Run({a.get(), b.get()}, seconds(1));
  b.reset();
  Run({a.get()}, seconds(5));
  EXPECT_THAT(a->rows, ElementsAre(0, 1));
  Run({a.get()}, seconds(2));
  EXPECT_THAT(a->rows, ElementsAre(0, 1, 2, 3));
}

TEST_F(SimLogTest, AMemberThatDoesNotReleaseHoldsTheGroupUpUntilItsSessionTimeout) {
  auto a = OpenMember("a");
  Run({a.get()}, seconds(1));
  a->auto_release = false;
  auto b = OpenMember("b");
  Run({a.get(), b.get()}, seconds(5));
  ASSERT_TRUE(a->Take<RowsRevoked>().has_value());
  EXPECT_THAT(b->rows, IsEmpty());
  Run({a.get(), b.get()}, seconds(2));
  EXPECT_THAT(b->rows, ElementsAre(0, 1, 2, 3));
}

TEST_F(SimLogTest, ASilentMemberIsRefusedAndLosesItsRowsWhenItWakes) {
  auto a = OpenMember("a");
  Run({a.get()}, seconds(1));
  ASSERT_THAT(a->rows, ElementsAre(0, 1, 2, 3));
  (*a)->Begin();
  log_.AdvanceTime(seconds(7));
  const std::vector<InputPosition> timers_only = {{.input = 0, .row = 0, .next = 0}};
  EXPECT_EQ(a->Commit(timers_only).outcome, CommitOutcome::kAborted);
  EXPECT_TRUE(a->Await<RowsLost>().has_value());
  Run({a.get()}, seconds(1));
  EXPECT_THAT(a->rows, ElementsAre(0, 1, 2, 3));
}

TEST_F(SimLogTest, ATransactionOpenForTooLongIsAbortedAndItsOwnerFenced) {
  auto writer = Open({.transactional_id = "w", .transaction_timeout = seconds(10)});
  ASSERT_TRUE(writer->Init().ok());
  (*writer)->Begin();
  ASSERT_EQ(writer->Produce({.topic = "in", .key = "k", .value = "v"}), ProduceResult::kAccepted);
  writer->Step();
  log_.AdvanceTime(seconds(10));
  EXPECT_EQ(writer->Commit().outcome, CommitOutcome::kFenced);
  EXPECT_THAT(log_.Dump({"in", 0}), IsEmpty());
}

TEST_F(SimLogTest, CompactionKeepsTheLastRecordOfEachKeyAndYoungTombstones) {
  auto writer = Open({.transactional_id = "w"});
  ASSERT_TRUE(writer->Init().ok());
  (*writer)->Begin();
  for (const char* value : {"1", "2", "3"}) {
    writer->Produce({.topic = "lead", .key = "a", .value = value});
  }
  writer->Produce({.topic = "lead", .key = "b", .value = "1"});
  writer->Produce({.topic = "lead", .key = "b"});
  ASSERT_EQ(writer->Commit().outcome, CommitOutcome::kAcknowledged);
  log_.Compact("lead");
  ASSERT_EQ(log_.Dump({"lead", 0}).size(), 2U);
  EXPECT_EQ(log_.Dump({"lead", 0})[0].offset, 2);
  EXPECT_EQ(log_.Dump({"lead", 0})[1].value, std::nullopt);
  log_.AdvanceTime(std::chrono::hours(25));
  log_.Compact("lead");
  ASSERT_EQ(log_.Dump({"lead", 0}).size(), 1U);
  EXPECT_EQ(writer->ReadAll({"lead", 0}).size(), 1U);
}

TEST_F(SimLogTest, RetentionDeletesByTheRecordsTimestamp) {
  ASSERT_TRUE(log_.CreateTopic({.name = "short", .retention = seconds(60)}, {}).ok());
  auto writer = Open({.transactional_id = "w"});
  ASSERT_TRUE(writer->Init().ok());
  (*writer)->Begin();
  writer->Produce({.topic = "short", .key = "k", .value = "old"});
  ASSERT_EQ(writer->Commit().outcome, CommitOutcome::kAcknowledged);
  log_.AdvanceTime(seconds(61));
  EXPECT_THAT(log_.Dump({"short", 0}), IsEmpty());
  EXPECT_EQ(writer->Watermarks({"short", 0}).low, 2);  // Its marker is as old.
}

TEST_F(SimLogTest, TheSameCallsBringTheSameLog) {
  const auto run = [] {
    SimLog log;
    EXPECT_TRUE(log.CreateTopic({.name = "in", .partitions = 2}, {}).ok());
    auto session = log.OpenSession({.transactional_id = "w"});
    LogDriver writer(std::move(session).value(),
                     {.elapsed = [&] { return milliseconds(0); },
                      .idle = [&] { log.AdvanceTime(milliseconds(1)); }});
    EXPECT_TRUE(writer.Init().ok());
    std::string trace;
    for (int i = 0; i < 20; ++i) {
      writer->Begin();
      writer.Produce({.topic = "in", .partition = i % 2, .value = std::to_string(i)});
      const auto done = i % 3 == 0 ? writer.Abort() : writer.Commit();
      for (const auto& last : done.last_produced) trace += std::to_string(last.offset) + " ";
    }
    for (const SimRecord& record : log.Dump({"in", 0})) {
      trace += *record.value + "@" + std::to_string(record.timestamp.value) + " ";
    }
    return trace;
  };
  EXPECT_EQ(run(), run());
}

}  // namespace
}  // namespace evenkeel::testing
