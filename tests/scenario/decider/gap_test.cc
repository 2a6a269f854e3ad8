// Input that was deleted before it was read.

#include <string>
#include <vector>

#include "decider/mishap_test.h"
#include <gmock/gmock.h>

#include "evenkeel/codec/commit_record_codec.h"
#include "support/command.h"
#include "support/signals.h"

namespace evenkeel::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

/// The command that a message ends with, said by ann.
std::string CommandIn(std::string message) {
  const std::string by = "<who says so, and why>";
  message.replace(message.find(by), by.size(), "ann: a full disk");
  return message.substr(message.find("evenkeel gap"));
}

std::vector<AcceptedGap> AcceptedIn(const std::vector<OwnedRecord>& journal) {
  std::vector<AcceptedGap> accepted;
  for (const OwnedRecord& record : journal) {
    const Result<CommitRecord> commit = DecodeCommitRecord(*record.value);
    EXPECT_TRUE(commit.ok());
    if (!commit.ok()) continue;
    accepted.insert(accepted.end(), commit->accepted_gaps.begin(), commit->accepted_gaps.end());
  }
  return accepted;
}

TEST_P(MishapTest, InputThatIsGoneStopsTheTaskUntilAnOperatorAcceptsItOnRecord) {
  ServiceWorld& world = Open();
  world.Publish(DemoBundle(), 1);
  const Partition row = PartitionOf("ada", 2);
  const TopicPartition where{world.signals(), row};
  world.StartDecider();
  WritePayment("ada", "1");
  ASSERT_TRUE(world.UntilCaughtUp());
  const Offset from = world.TaskOf("d1", row)->inputs.front().committed;
  world.Crash("d1");
  WritePayment("ada", "2");
  WritePayment("ada", "3");
  const Offset to = world.Read(where.topic).back().offset;
  ASSERT_TRUE(bench_->cluster().DeleteRecords(where, to, std::chrono::seconds(20)).ok());

  world.StartDecider();
  ASSERT_TRUE(AwaitPhase("d1", row, TaskPhase::kStopped));
  const std::string message = world.TaskOf("d1", row)->status.message();
  EXPECT_THAT(message, HasSubstr("evenkeel gap accept --topic " + where.topic + " --partition " +
                                 std::to_string(row) + " --from " + std::to_string(from) +
                                 " --to " + std::to_string(to) + " --by"));
  world.StepFor(bench_->patience());
  EXPECT_TRUE(Is("d1", row, TaskPhase::kStopped));
  EXPECT_TRUE(Is("d1", 1 - row, TaskPhase::kRunning));
  EXPECT_THAT(world.DecisionsOn("ada"), SizeIs(1));

  const Status accepted = RunCommand(world, CommandIn(message));
  ASSERT_TRUE(accepted.ok()) << accepted.ToString();
  ASSERT_TRUE(world.UntilCaughtUp());
  EXPECT_TRUE(Is("d1", row, TaskPhase::kRunning));
  EXPECT_THAT(AcceptedIn(world.Read(world.deployment.names().Journal("decider"))),
              ElementsAre(AcceptedGap{where.topic, from, to, "ann: a full disk"}));
}

}  // namespace

void MishapTest::WritePayment(const std::string& customer, const std::string& id) {
  world_->Write({RecordOf(*world_, PaymentFailed(customer, id, bench_->now().wall))});
}

}  // namespace evenkeel::testing
