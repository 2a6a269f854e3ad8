#include "evenkeel/log/local_log.h"

#include "local_log_fixture.h"

namespace evenkeel::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class LocalLogTest : public LocalLogFixture {
 protected:
  static SessionOptions Member(const std::string& group, const std::string& id) {
    return {.transactional_id = group + id,
            .inputs = {"in"},
            .membership = GroupMembership{.group = group, .instance_id = id, .lead_topic = "lead"}};
  }

  std::vector<Partition> RowsOf(const std::string& group, const std::string& id) {
    LogDriver& member = Open(Member(group, id));
    EXPECT_TRUE(member.Init().ok());
    EXPECT_TRUE(member.Await<RowsAssigned>().has_value());
    return member.rows;
  }
};

TEST_F(LocalLogTest, SharesRowsInRangesInTheDeclaredOrder) {
  options_.members["g"] = {"z", "a", "m"};
  Reopen();
  MakeTopic({.name = "lead", .partitions = 8, .compacted = true});
  EXPECT_THAT(RowsOf("g", "a"), ElementsAre(3, 4, 5));
  EXPECT_THAT(RowsOf("g", "z"), ElementsAre(0, 1, 2));
  EXPECT_THAT(RowsOf("g", "m"), ElementsAre(6, 7));
}

TEST_F(LocalLogTest, AMemberThatIsNotDeclaredIsRefused) {
  options_.members["g"] = {"a"};
  Reopen();
  const auto refused = log_->OpenSession(Member("g", "b"));
  EXPECT_EQ(refused.status().code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(refused.status().message(), HasSubstr("add it to the members"));
}

TEST_F(LocalLogTest, AGroupThatIsNotDeclaredHasOneMember) {
  Reopen();
  MakeTopic({.name = "lead", .partitions = 2, .compacted = true});
  EXPECT_THAT(RowsOf("g", "a"), ElementsAre(0, 1));
  EXPECT_EQ(Open(Member("g", "b")).Init().code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(RowsOf("other", "b"), ElementsAre(0, 1));
  EXPECT_THAT(RowsOf("g", "a"), ElementsAre(0, 1));  // Back again: in place of the earlier one.
}

TEST_F(LocalLogTest, RowsAreAssignedOnceTheLeadTopicIsMade) {
  Reopen();
  LogDriver& member = Open(Member("g", "a"));
  ASSERT_TRUE(member.Init().ok());
  MakeTopic({.name = "lead", .partitions = 2, .compacted = true});
  EXPECT_TRUE(member.OwnRows(2));
}

TEST_F(LocalLogTest, AppendTimesNeverRunBackwardsWhateverTheClockDoes) {
  Reopen();
  MakeTopic({.name = "out", .timestamps = TimestampType::kLogAppendTime});
  const std::int64_t start = wall_clock_;
  Write(OpenWriter(), {.topic = "out", .value = "1", .timestamp = TimeMs{5}});
  wall_clock_ = start - 1000;
  Write(OpenWriter(), {.topic = "out", .value = "2"});
  Reopen();
  Write(OpenWriter(), {.topic = "out", .value = "3"});
  wall_clock_ = start + 10;
  Write(OpenWriter(), {.topic = "out", .value = "4"});
  std::vector<std::int64_t> times;
  for (const SeenRecord& record : OpenWriter().ReadAll({"out", 0})) {
    times.push_back(record.timestamp.value - start);
  }
  EXPECT_THAT(times, ElementsAre(0, 0, 0, 10));
}

TEST_F(LocalLogTest, ATransactionHasALimit) {
  options_.transaction_bytes_max = 100'000;
  Reopen();
  MakeTopic({.name = "out"});
  LogDriver& writer = OpenWriter();
  const std::string value(30'000, 'x');
  writer->Begin();
  ProduceResult result = ProduceResult::kAccepted;
  for (int i = 0; i < 3; ++i) result = writer.Produce({.topic = "out", .value = value});
  EXPECT_EQ(result, ProduceResult::kAccepted);
  EXPECT_EQ(writer.Produce({.topic = "out", .value = value}), ProduceResult::kRefused);
  EXPECT_EQ(writer.Commit().outcome, CommitOutcome::kAborted);
  EXPECT_TRUE(writer.ReadAll({"out", 0}).empty());
}

TEST_F(LocalLogTest, ACompactedTopicTakesNoRecordWithoutAKey) {
  Reopen();
  MakeTopic({.name = "out", .compacted = true});
  LogDriver& writer = OpenWriter();
  writer->Begin();
  EXPECT_EQ(writer.Produce({.topic = "out", .value = "v"}), ProduceResult::kRefused);
  EXPECT_EQ(writer.Abort().outcome, CommitOutcome::kAborted);
}

TEST_F(LocalLogTest, SettingsOfTopicsSurvive) {
  Reopen();
  MakeTopic({.name = "a",
             .partitions = 3,
             .timestamps = TimestampType::kLogAppendTime,
             .retention = std::chrono::hours(1),
             .max_record_bytes = 5000});
  MakeTopic({.name = "b", .compacted = true});
  const auto before = log_->DescribeTopics({"a", "b"}, kAdmin);
  Reopen();
  const auto after = log_->DescribeTopics({"a", "b"}, kAdmin);
  ASSERT_TRUE(before.ok() && after.ok() && after.value().size() == 2);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(before.value()[i].settings, after.value()[i].settings);
    EXPECT_EQ(before.value()[i].partitions, after.value()[i].partitions);
  }
}

TEST_F(LocalLogTest, AFolderThatCannotBeMadeIsAnError) {
  options_.folder = "/proc/nothing/log";
  EXPECT_FALSE(LocalLog::Open(options_).ok());
  options_.folder = "";
  EXPECT_EQ(LocalLog::Open(options_).status().code(), StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace evenkeel::testing
