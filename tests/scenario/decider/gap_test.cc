// Input that was deleted before it was read.

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evenkeel/codec/commit_record_codec.h"
#include "evenkeel/state/entry.h"
#include "support/signals.h"

namespace evenkeel::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(DeciderGapTest, StopsTheTaskUntilAnOperatorAcceptsItOnRecord) {
  SimBench bench;
  ServiceWorld world(bench, {});
  world.Publish(DemoBundle(), 1);
  const auto row = PartitionOf("ada", 2);
  const auto pay = [&](const std::string& id) {
    world.Write({RecordOf(world, PaymentFailed("ada", id, bench.now().wall))});
  };
  world.StartDecider();
  pay("1");
  ASSERT_TRUE(world.UntilCaughtUp());
  world.Crash("d1");
  const TopicPartition where{world.signals(), row};
  const Offset from = *bench.sim.CommittedOffset(world.deployment.prefix + "decider", where);
  pay("2");
  pay("3");
  const Offset to = bench.sim.Dump(where).back().offset;
  ASSERT_TRUE(bench.sim.DeleteRecords(where, to, std::chrono::seconds(1)).ok());

  world.StartDecider();
  ASSERT_TRUE(world.Until([&] {
    const TaskStatus* task = world.TaskOf("d1", row);
    return task != nullptr && task->phase == TaskPhase::kStopped;
  }));
  const std::string message = world.TaskOf("d1", row)->status.message();
  EXPECT_THAT(message, HasSubstr("evenkeel gap accept --topic " + where.topic + " --partition " +
                                 std::to_string(row) + " --from " + std::to_string(from) +
                                 " --to " + std::to_string(to) + " --by"));
  world.StepFor(std::chrono::seconds(30));
  EXPECT_EQ(world.TaskOf("d1", row)->phase, TaskPhase::kStopped);
  EXPECT_EQ(world.TaskOf("d1", 1 - row)->phase, TaskPhase::kRunning);

  const GapOrder gap{
      .topic = where.topic, .from = from, .to = to, .accepted_by = "ann: a full disk"};
  world.Write({{.topic = world.deployment.names().Changelog("decider"),
                .partition = row,
                .key = GapKey(gap),
                .value = EncodeGap(gap)}});
  ASSERT_TRUE(world.UntilCaughtUp());
  EXPECT_EQ(world.TaskOf("d1", row)->phase, TaskPhase::kRunning);
  std::vector<AcceptedGap> accepted;
  for (const OwnedRecord& record : world.Read(world.deployment.names().Journal("decider"))) {
    const Result<CommitRecord> commit = DecodeCommitRecord(*record.value);
    ASSERT_TRUE(commit.ok());
    accepted.insert(accepted.end(), commit->accepted_gaps.begin(), commit->accepted_gaps.end());
  }
  EXPECT_THAT(accepted, ElementsAre(AcceptedGap{where.topic, from, to, "ann: a full disk"}));
}

}  // namespace
}  // namespace evenkeel::testing
