// A log that gives no answer, or the wrong one: what was answered 202 is written, and once.

#include <atomic>
#include <future>
#include <map>

#include "ingest/door_test.h"
#include <gmock/gmock.h>

namespace evenkeel::testing {
namespace {

using nlohmann::json;
using ::testing::Each;
using ::testing::Pair;
using ::testing::SizeIs;

json BatchOf(const std::string& name, int count) {
  json batch = json::array();
  for (int i = 0; i < count; ++i) batch.push_back(EventJson(name + std::to_string(i)));
  return batch;
}

/// How often each id is on the log.
std::map<std::string, int> CountIds(DoorRig& rig) {
  std::map<std::string, int> counts;
  for (const OwnedRecord& record : rig.Written()) ++counts[HeaderOf(record, "ce_id")];
  return counts;
}

struct Fault {
  const char* name;
  CommitFault fault;
};

TEST_P(IngestTest, AfterADoubtTheLogSaysWhatIsThere) {
  for (const Fault& each :
       {Fault{"aborted", CommitFault::kAborted},
        Fault{"the answer is lost, the commit is not", CommitFault::kUnknownCommitted},
        Fault{"answer and commit are lost", CommitFault::kUnknownAborted}}) {
    SCOPED_TRACE(each.name);
    std::atomic<int> commits = 0;
    rig_ = std::make_unique<DoorRig>(GetParam().make(), ClockMode::kWall);
    rig_->log.rules.on_commit = [&] { return ++commits == 2 ? each.fault : CommitFault::kNone; };
    rig_->Start();
    ASSERT_EQ(rig_->PostEvents(BatchOf("a", 5)).status, 202);
    // The client knows nothing of it.
    const DoorAnswer answer = rig_->PostEvents(BatchOf("b", 5));
    ASSERT_EQ(answer.status, 202) << answer.text;
    EXPECT_GE(commits, each.fault == CommitFault::kUnknownCommitted ? 2 : 3);
    for (const json& accepted : answer.body["accepted"]) EXPECT_EQ(accepted["repeated"], false);
    const auto counts = CountIds(*rig_);
    EXPECT_THAT(counts, SizeIs(10));
    EXPECT_THAT(counts, Each(Pair(::testing::_, 1)));
    const DoorAnswer again = rig_->PostEvents(BatchOf("b", 5));
    for (std::size_t i = 0; i < 5; ++i) {
      EXPECT_EQ(again.body["accepted"][i]["offset"], answer.body["accepted"][i]["offset"]);
      EXPECT_EQ(again.body["accepted"][i]["repeated"], true);
    }
    rig_->Stop();
  }
}

TEST_P(IngestTest, ARefusedRecordDoesNotTakeOthersWithIt) {
  std::atomic<bool> refuses = false;
  rig_ = std::make_unique<DoorRig>(GetParam().make(), ClockMode::kWall);
  rig_->log.rules.is_refused = [&] { return refuses.load(); };
  rig_->Start();
  refuses = true;
  const DoorAnswer answer = rig_->PostEvents(EventJson("1"));
  EXPECT_EQ(answer.status, 413) << answer.text;
  refuses = false;
  EXPECT_EQ(rig_->PostEvents(EventJson("2")).status, 202);
  EXPECT_THAT(rig_->Written(), SizeIs(1));
}

TEST_P(IngestTest, RequestsBeyondTheLimitAreToldToComeAgainAndNoneWaitsForEver) {
  std::atomic<bool> is_silent = false;
  rig_ = std::make_unique<DoorRig>(GetParam().make(), ClockMode::kWall);
  rig_->log.rules.on_commit = [&] { return is_silent ? CommitFault::kSilent : CommitFault::kNone; };
  rig_->config.set_pending_max(2);
  rig_->config.set_commit_timeout_ms(1000);
  rig_->Start();
  is_silent = true;
  std::vector<std::future<DoorAnswer>> answers;
  for (int i = 0; i < 5; ++i) {
    answers.push_back(std::async(
        std::launch::async, [&, i] { return rig_->PostEvents(EventJson(std::to_string(i))); }));
  }
  std::map<int, int> statuses;
  for (auto& each : answers) {
    const DoorAnswer answer = each.get();
    ++statuses[answer.status];
    EXPECT_EQ(answer.headers.find("Retry-After")->second, "1") << answer.text;
  }
  EXPECT_EQ(statuses[429], 3);
  EXPECT_EQ(statuses[503], 2);
}

}  // namespace
}  // namespace evenkeel::testing
