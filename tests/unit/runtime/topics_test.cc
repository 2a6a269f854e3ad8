#include "evenkeel/runtime/topics.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace evenkeel {
namespace {

using ::testing::HasSubstr;
using namespace std::chrono_literals;

/// A log that only knows what topics there are.
class FakeCluster final : public LogCluster {
 public:
  Result<std::string> ClusterId(std::chrono::milliseconds) override { return std::string("c"); }
  Status CreateTopic(const TopicSpec& spec, std::chrono::milliseconds) override {
    if (Find(spec.name) != nullptr) return {StatusCode::kAlreadyExists, "there already"};
    topics.push_back({spec.name, spec.partitions, 1, Settings(spec)});
    return {};
  }
  Result<std::vector<TopicDescription>> DescribeTopics(const std::vector<std::string>& names,
                                                       std::chrono::milliseconds) override {
    std::vector<TopicDescription> found;
    for (const std::string& name : names) {
      if (const TopicDescription* topic = Find(name)) found.push_back(*topic);
    }
    return found;
  }
  Status DeleteRecords(const TopicPartition&, Offset, std::chrono::milliseconds) override {
    return {};
  }
  Result<std::vector<GroupMember>> DescribeGroup(const std::string&,
                                                 std::chrono::milliseconds) override {
    return std::vector<GroupMember>();
  }
  Result<std::unique_ptr<LogSession>> OpenSession(SessionOptions) override {
    return FailedPrecondition("no sessions here");
  }

  TopicDescription* Find(const std::string& name) {
    const auto it = std::find_if(topics.begin(), topics.end(),
                                 [&](const TopicDescription& t) { return t.name == name; });
    return it == topics.end() ? nullptr : &*it;
  }

  std::vector<TopicDescription> topics;

 private:
  static std::map<std::string, std::string> Settings(const TopicSpec& spec) {
    return {{"cleanup.policy", spec.compacted ? "compact" : "delete"},
            {"message.timestamp.type",
             spec.timestamps == TimestampType::kCreateTime ? "CreateTime" : "LogAppendTime"},
            {"retention.ms", spec.retention ? std::to_string(spec.retention->count()) : "-1"},
            {"max.message.bytes", std::to_string(spec.max_record_bytes)}};
  }
};

class TopicsTest : public ::testing::Test {
 protected:
  TopicsTest() { EXPECT_TRUE(CreateTopics(cluster_, plan_, 1s).ok()); }

  std::string OnlyProblem() {
    const TopicCheck check = CheckTopics(cluster_, plan_, 1s).value();
    EXPECT_EQ(check.problems.size(), 1U);
    return check.problems.empty() ? "" : check.problems[0].topic + " " + check.problems[0].what;
  }
  TopicDescription& Topic(const std::string& name) { return *cluster_.Find(name); }

  FakeCluster cluster_;
  std::vector<TopicSpec> plan_ = PlanTopics({.row_count = 8,
                                             .signals = {"signals.usage.v1"},
                                             .channels = {"email"},
                                             .event_clock = true});
};

TEST_F(TopicsTest, FindsNothingWrongWithWhatItCreated) {
  const TopicCheck check = CheckTopics(cluster_, plan_, 1s).value();
  EXPECT_TRUE(check.problems.empty());
  EXPECT_TRUE(check.unreadable.empty());
  EXPECT_TRUE(CreateTopics(cluster_, plan_, 1s).ok()) << "again is harmless";
}

TEST_F(TopicsTest, GivesEveryKeyedTopicTheSamePartitionsAndGlobalsOne) {
  for (const TopicSpec& spec : plan_) {
    const bool global = spec.name == "evenkeel.bundles.v1" || spec.name == "evenkeel.control.v1" ||
                        spec.name == "evenkeel.context.v1";
    EXPECT_EQ(spec.partitions, global ? 1 : 8) << spec.name;
  }
}

TEST_F(TopicsTest, GivesEveryInputItsDeadLetters) {
  for (const char* name : {"evenkeel.signals.usage.v1", "evenkeel.receipts.v1",
                           "evenkeel.actions.email.v1", "evenkeel.outcomes.v1"}) {
    EXPECT_NE(cluster_.Find(name), nullptr) << name;
    EXPECT_NE(cluster_.Find(TopicNames::DeadLetters(name)), nullptr) << name;
  }
}

TEST_F(TopicsTest, StampsInputsByTheLogUnderTheWallClock) {
  for (const TopicSpec& spec : PlanTopics({.signals = {"signals.usage.v1"}})) {
    if (spec.name != "evenkeel.signals.usage.v1") continue;
    EXPECT_EQ(spec.timestamps, TimestampType::kLogAppendTime);
    EXPECT_TRUE(spec.retention.has_value());
  }
}

TEST_F(TopicsTest, NamesAMissingTopic) {
  std::erase_if(cluster_.topics, [](const auto& t) { return t.name == "evenkeel.decisions.v1"; });
  EXPECT_EQ(OnlyProblem(), "evenkeel.decisions.v1 does not exist");
}

TEST_F(TopicsTest, NamesAWrongPartitionCount) {
  Topic("evenkeel.receipts.v1").partitions = 7;
  EXPECT_THAT(OnlyProblem(), HasSubstr("has 7 partitions, the deployment has 8"));
}

TEST_F(TopicsTest, NamesSettingsThatWouldLoseOrReorderData) {
  const std::string usage = "evenkeel.signals.usage.v1";
  (*Topic(usage).settings)["message.timestamp.type"] = "LogAppendTime";
  EXPECT_THAT(OnlyProblem(), HasSubstr("message.timestamp.type is LogAppendTime"));
  (*Topic(usage).settings)["message.timestamp.type"] = "CreateTime";
  (*Topic(usage).settings)["retention.ms"] = "1000";
  EXPECT_THAT(OnlyProblem(), HasSubstr("retention.ms is 1000, must be -1"));
  (*Topic(usage).settings)["retention.ms"] = "-1";
  (*Topic(usage).settings)["max.message.bytes"] = "1048588";
  EXPECT_THAT(OnlyProblem(), HasSubstr("max.message.bytes is 1048588"));
  (*Topic(usage).settings)["max.message.bytes"] = "9999999";
  (*Topic("evenkeel.decider.changelog.v1").settings)["cleanup.policy"] = "delete";
  EXPECT_THAT(OnlyProblem(), HasSubstr("cleanup.policy is delete, must be compact"));
}

TEST_F(TopicsTest, OnlyWarnsWhereItMayNotRead) {
  Topic("evenkeel.receipts.v1").settings.reset();
  const TopicCheck check = CheckTopics(cluster_, plan_, 1s).value();
  EXPECT_TRUE(check.problems.empty());
  EXPECT_THAT(check.unreadable, ::testing::ElementsAre("evenkeel.receipts.v1"));
}

}  // namespace
}  // namespace evenkeel
