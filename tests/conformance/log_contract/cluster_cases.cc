#include "log_contract_test.h"

namespace evenkeel::testing {
namespace {

using ::testing::SizeIs;

class ClusterContractTest : public LogContractTest {};

TEST_F(ClusterContractTest, KeepsItsIdentity) {
  const auto id = harness().cluster().ClusterId(kAdmin);
  ASSERT_TRUE(id.ok()) << id.status().ToString();
  EXPECT_FALSE(id.value().empty());
  harness().Close();
  harness().Open();
  const auto again = harness().cluster().ClusterId(kAdmin);
  ASSERT_TRUE(again.ok()) << again.status().ToString();
  EXPECT_EQ(again.value(), id.value());
}

TEST_F(ClusterContractTest, CreatesATopicOnce) {
  MakeTopic({.name = "once", .partitions = 3});
  EXPECT_EQ(harness().cluster().CreateTopic({.name = Name("once")}, kAdmin).code(),
            StatusCode::kAlreadyExists);
  EXPECT_EQ(harness().cluster().CreateTopic({.name = Name("none"), .partitions = 0}, kAdmin).code(),
            StatusCode::kInvalidArgument);
}

TEST_F(ClusterContractTest, DescribesTheTopicsThatExistInTheOrderAsked) {
  MakeTopic({.name = "deleted",
             .partitions = 3,
             .timestamps = TimestampType::kLogAppendTime,
             .retention = std::chrono::hours(48),
             .max_record_bytes = 4 << 20});
  MakeTopic({.name = "compacted", .partitions = 2, .compacted = true});
  const auto topics = harness().cluster().DescribeTopics(
      {Name("compacted"), Name("missing"), Name("deleted")}, kAdmin);
  ASSERT_TRUE(topics.ok()) << topics.status().ToString();
  ASSERT_THAT(topics.value(), SizeIs(2));
  const TopicDescription& compacted = topics.value()[0];
  EXPECT_EQ(compacted.name, Name("compacted"));
  EXPECT_EQ(compacted.partitions, 2);
  ASSERT_TRUE(compacted.settings.has_value());
  EXPECT_EQ(compacted.settings->at("cleanup.policy"), "compact");
  EXPECT_EQ(compacted.settings->at("message.timestamp.type"), "CreateTime");
  const TopicDescription& deleted = topics.value()[1];
  EXPECT_EQ(deleted.name, Name("deleted"));
  EXPECT_EQ(deleted.partitions, 3);
  ASSERT_TRUE(deleted.settings.has_value());
  EXPECT_EQ(deleted.settings->at("cleanup.policy"), "delete");
  EXPECT_EQ(deleted.settings->at("retention.ms"), "172800000");
  EXPECT_EQ(deleted.settings->at("message.timestamp.type"), "LogAppendTime");
  EXPECT_EQ(deleted.settings->at("max.message.bytes"), "4194304");
}

TEST_F(ClusterContractTest, TopicsWithoutRetentionKeepTheirRecordsForEver) {
  MakeTopic({.name = "kept"});
  const auto topics = harness().cluster().DescribeTopics({Name("kept")}, kAdmin);
  ASSERT_TRUE(topics.ok() && topics.value().size() == 1);
  EXPECT_EQ(topics.value()[0].settings->at("retention.ms"), "-1");
}

TEST_F(ClusterContractTest, DeletesOnlyWhatThereIs) {
  MakeTopics();
  EXPECT_EQ(harness().cluster().DeleteRecords(At("nothing", 0), 0, kAdmin).code(),
            StatusCode::kNotFound);
  EXPECT_EQ(harness().cluster().DeleteRecords(At("out", 0), 7, kAdmin).code(),
            StatusCode::kOutOfRange);
}

TEST_F(ClusterContractTest, RefusesASessionThatCannotWork) {
  EXPECT_EQ(harness().cluster().OpenSession({}).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(harness()
                .cluster()
                .OpenSession({.transactional_id = "t", .membership = GroupMembership{}})
                .status()
                .code(),
            StatusCode::kInvalidArgument);
}

TEST_F(ClusterContractTest, SaysWhenTheLogIsNotToBeReachedAndWhenItIsAgain) {
  MakeTopics();
  LogDriver& writer = OpenWriter();
  Write(writer, "out", 0, {"before"});
  if (!harness().SetReachable(false)) EVENKEEL_NOT_APPLICABLE("this log cannot be cut off");
  const auto lost = writer.Await<Connectivity>();
  ASSERT_TRUE(lost.has_value());
  EXPECT_FALSE(lost->status.ok());
  ASSERT_TRUE(harness().SetReachable(true));
  const auto found = writer.Await<Connectivity>();
  ASSERT_TRUE(found.has_value());
  EXPECT_TRUE(found->status.ok()) << found->status.ToString();
  EXPECT_THAT(Values(writer.ReadAll(At("out", 0))), ::testing::ElementsAre("before"));
}

}  // namespace
}  // namespace evenkeel::testing
