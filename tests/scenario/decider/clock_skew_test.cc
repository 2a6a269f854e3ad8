// A machine whose clock is not the log's.

#include <string>

#include "decider/mishap_test.h"
#include <gmock/gmock.h>

#include "support/signals.h"

namespace evenkeel::testing {
namespace {

using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST_P(MishapTest, AClockBehindStopsEverythingUntilItIsRight) {
  ServiceWorld& world = Open({.max_skew = seconds(60)});
  world.Publish(DemoBundle(), 1);
  world.StartDecider();
  ASSERT_TRUE(AwaitPhase("d1", PartitionOf("ada", 2), TaskPhase::kRunning));
  bench_->clock_error = -seconds(100);
  WritePayment("ada", "1");
  ASSERT_TRUE(world.Until([&] { return !HealthOf("d1").ok(); }));
  world.StepFor(bench_->patience());
  EXPECT_THAT(world.Decisions(), IsEmpty());
  EXPECT_THAT(HealthOf("d1").message(), HasSubstr(" s behind the log's; nothing is processed"));
  EXPECT_THAT(HealthOf("d1").message(), HasSubstr("60 s (clock.max_skew)"));
  bench_->clock_error = seconds(0);
  ASSERT_TRUE(world.UntilCaughtUp());
  EXPECT_THAT(world.Decisions(), SizeIs(1));
  EXPECT_TRUE(HealthOf("d1").ok());
}

TEST_P(MishapTest, AClockAheadIsBelievedToBeOffAfterThreeFreshRecords) {
  ServiceWorld& world = Open({.max_skew = seconds(60)});
  world.Publish(DemoBundle(), 1);
  world.StartDecider();
  const Partition row = PartitionOf("ada", 2);
  const auto at_end = [&] {
    const TaskStatus* task = world.TaskOf("d1", row);
    return task != nullptr && task->phase == TaskPhase::kRunning && task->inputs.front().at_end;
  };
  ASSERT_TRUE(world.Until(at_end));
  bench_->clock_error = seconds(90);
  for (int i = 0; i < 2; ++i) {
    world.Write({RecordOf(world, Session("ada", std::to_string(i), bench_->now().wall, 60))});
    ASSERT_TRUE(world.UntilCaughtUp());
    ASSERT_TRUE(world.Until(at_end));
    EXPECT_TRUE(HealthOf("d1").ok()) << HealthOf("d1").ToString();
  }
  WritePayment("ada", "3");
  ASSERT_TRUE(world.Until([&] { return !HealthOf("d1").ok(); }));
  EXPECT_THAT(HealthOf("d1").message(), HasSubstr("this machine's clock is more than 60 s ahead"));
  world.StepFor(bench_->patience());
  EXPECT_THAT(world.Decisions(), IsEmpty());
}

}  // namespace
}  // namespace evenkeel::testing
