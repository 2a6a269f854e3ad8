// What a service refuses to start with, and what it says.

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "common/start_checks.h"
#include "decider/decider_app.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evenkeel/log/sim_log.h"
#include "evenkeel/runtime/config_loader.h"

namespace evenkeel::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

/// A log with a fault of its own.
class FaultyCluster final : public LogCluster {
 public:
  int unreachable_for = 0;      ///< So many calls of ClusterId() fail.
  bool hides_settings = false;  ///< As without the right to describe.
  std::function<void()> on_failure = [] {};

  Result<std::string> ClusterId(milliseconds timeout) override {
    if (unreachable_for-- <= 0) return sim.ClusterId(timeout);
    on_failure();
    return Unavailable("no broker answers");
  }
  Status CreateTopic(const TopicSpec& spec, milliseconds timeout) override {
    return sim.CreateTopic(spec, timeout);
  }
  Result<std::vector<TopicDescription>> DescribeTopics(const std::vector<std::string>& names,
                                                       milliseconds timeout) override {
    EVENKEEL_ASSIGN_OR_RETURN(auto topics, sim.DescribeTopics(names, timeout));
    for (TopicDescription& topic : topics) {
      if (hides_settings) topic.settings.reset();
    }
    return topics;
  }
  Status DeleteRecords(const TopicPartition& where, Offset before, milliseconds timeout) override {
    return sim.DeleteRecords(where, before, timeout);
  }
  Result<std::vector<GroupMember>> DescribeGroup(const std::string& group,
                                                 milliseconds timeout) override {
    return sim.DescribeGroup(group, timeout);
  }
  Result<std::unique_ptr<LogSession>> OpenSession(SessionOptions options) override {
    return sim.OpenSession(std::move(options));
  }

  SimLog sim;
};

class StartTest : public ::testing::Test {
 protected:
  StartTest() : logger_([this](std::string_view line) { lines_.emplace_back(line); }) {
    v1::DeciderConfig config;
    config.mutable_deployment()->set_prefix("t.");
    config.mutable_log()->set_partition_count(2);
    config.add_signals()->set_topic("signals.v1");
    deployment_ = DeploymentOf(config).value();
  }

  /// All topics, after `change` had its way with each.
  void Create(const std::function<bool(TopicSpec&)>& change = [](TopicSpec&) { return true; }) {
    for (TopicSpec spec : PlanTopics(deployment_.topic_plan())) {
      if (!change(spec)) continue;
      ASSERT_TRUE(cluster_.CreateTopic(spec, seconds(1)).ok());
    }
  }
  Result<std::string> Check() {
    return CheckLogAtStart(cluster_, deployment_, "decider.yaml", logger_, stop_.get_token());
  }

  FaultyCluster cluster_;
  Deployment deployment_;
  std::vector<std::string> lines_;
  Logger logger_;
  std::stop_source stop_;
};

TEST_F(StartTest, GoesOnWhereEverythingIsThere) {
  Create();
  const Result<std::string> id = Check();
  ASSERT_TRUE(id.ok()) << id.status().ToString();
  EXPECT_EQ(*id, "sim");
  EXPECT_THAT(lines_, IsEmpty());
}

TEST_F(StartTest, NamesMissingTopicsAndTheCommandThatMakesThem) {
  Create([](TopicSpec& spec) { return spec.name != "t.receipts.v1"; });
  const Status status = Check().status();
  EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(status.message(),
              AllOf(HasSubstr("t.receipts.v1: does not exist"), Not(HasSubstr("t.signals.v1")),
                    HasSubstr("evenkeel --config decider.yaml topics create")));
}

TEST_F(StartTest, NamesWhatIsWrongWithATopic) {
  Create([](TopicSpec& spec) {
    if (spec.name == "t.signals.v1") {
      spec.partitions = 3;
      spec.timestamps = TimestampType::kCreateTime;
    }
    if (spec.name == "t.decider.changelog.v1") {
      spec.compacted = false;
    }
    if (spec.name == "t.ticks.v1") spec.max_record_bytes = 1000;
    return true;
  });
  const Status status = Check().status();
  EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(
      status.message(),
      AllOf(HasSubstr("t.signals.v1: has 3 partitions, the deployment has 2"),
            HasSubstr("t.signals.v1: message.timestamp.type is CreateTime, must be LogAppendTime"),
            HasSubstr("t.decider.changelog.v1: cleanup.policy is delete, must be compact"),
            HasSubstr("t.ticks.v1: max.message.bytes is 1000, must be at least"),
            HasSubstr("--alter --entity-type topics --entity-name t.decider.changelog.v1 "
                      "--add-config cleanup.policy=compact\n"),
            HasSubstr("--entity-name t.signals.v1 --add-config "
                      "message.timestamp.type=LogAppendTime"),
            Not(HasSubstr("topics create"))));
}

TEST_F(StartTest, WarnsAboutTopicsThatItMayNotDescribe) {
  Create();
  cluster_.hides_settings = true;
  EXPECT_TRUE(Check().ok());
  EXPECT_EQ(lines_.size(), PlanTopics(deployment_.topic_plan()).size());
  EXPECT_THAT(lines_, ::testing::Each(HasSubstr("a topic's settings may not be read")));
  EXPECT_THAT(lines_, ::testing::Contains(HasSubstr("t.signals.v1")));
}

TEST_F(StartTest, WaitsForALogThatIsNotThereAndSaysSoOnce) {
  Create();
  cluster_.unreachable_for = 3;
  EXPECT_TRUE(Check().ok());
  EXPECT_THAT(lines_, ElementsAre(AllOf(HasSubstr("the log is not reachable; waiting for it"),
                                        HasSubstr("no broker answers")),
                                  HasSubstr("the log is reachable")));
}

TEST_F(StartTest, StopsWaitingWhenAsked) {
  cluster_.unreachable_for = 1000;
  cluster_.on_failure = [this] { stop_.request_stop(); };
  EXPECT_EQ(Check().status().code(), StatusCode::kCancelled);
}

// --- configuration: key, value, place, remedy ---

struct BadSetting {
  std::string name;
  std::vector<std::string> sets;
  std::vector<std::string> says;
};

class BadSettingTest : public ::testing::TestWithParam<BadSetting> {};

TEST_P(BadSettingTest, IsRefusedByName) {
  v1::DeciderConfig config;
  ConfigSources sources;
  sources.sets = {"log.kafka.bootstrap_servers=127.0.0.1:9092", "engine.state.directory=/nowhere"};
  for (const std::string& set : GetParam().sets) sources.sets.push_back(set);
  Status status = LoadConfig(sources, config);
  if (status.ok()) status = DeciderApp::Check(config);
  EXPECT_FALSE(status.ok());
  for (const std::string& word : GetParam().says) EXPECT_THAT(status.message(), HasSubstr(word));
}

INSTANTIATE_TEST_SUITE_P(
    Settings, BadSettingTest,
    ::testing::Values(
        BadSetting{"UnknownKey", {"engine.wrokers=2"}, {"engine.wrokers", "--set"}},
        BadSetting{"NotANumber", {"engine.workers=two"}, {"engine.workers", "two"}},
        BadSetting{"NoWorkers", {"engine.workers=0"}, {"engine.workers: 0", "between 1 and 64"}},
        BadSetting{
            "BadPrefix", {"deployment.prefix=Prod_"}, {"deployment.prefix: \"Prod_\"", "a-z"}},
        BadSetting{"NoPartitions", {"log.partition_count=0"}, {"log.partition_count: 0", "1024"}},
        BadSetting{"TicksUnderTheWallClock",
                   {"clock.advance=to_tick"},
                   {"clock.advance: to_tick", "clock.mode: event"}},
        BadSetting{
            "NoDirectory", {"engine.state.directory="}, {"state.directory", "name a folder"}},
        BadSetting{"KafkaPropertyOfOurs",
                   {"log.kafka.properties.isolation.level=read_uncommitted"},
                   {"isolation.level"}}),
    [](const ::testing::TestParamInfo<BadSetting>& setting) { return setting.param.name; });

}  // namespace
}  // namespace evenkeel::testing
