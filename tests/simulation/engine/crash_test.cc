#include <filesystem>

#include "engine_fixture.h"
#include <gtest/gtest.h>

namespace evenkeel::testing {
namespace {

/// A run over a fixed workload in which the worker dies at step `crash_at`, if ever, and another
/// takes its place. Returns the number of steps that the run took.
int RunWithCrash(const LedgerPlan& plan, int crash_at, bool keeps_store) {
  EngineWorld world(plan);
  Workload workload{.seed = 11, .count = 120};
  if (plan.clock.mode == ClockMode::kEvent) {
    workload.start = TimeMs{1'600'000'000'000};
    workload.broken_clocks = true;
  }
  EXPECT_TRUE(world.log.Write(MakeCommands(workload, plan.rows)).ok());
  const auto frugal = [](WorkerOptions& options) {
    options.intake.poll_records = 17;
    options.intake.slice_records = 7;
    options.intake.timers_per_slice = 3;
    options.store.flush_age = milliseconds(9);  // Between flushes there is something to lose.
  };
  world.Start("w1", frugal);
  int steps = 0;
  int idle = 0;
  while (idle < 30 && steps < 5000) {
    if (steps++ == crash_at) {
      world.Crash("w1");
      if (!keeps_store) std::filesystem::remove_all(world.StoreOf("w1"));
      world.Start("w1", frugal);
    }
    world.Step();
    idle = world.IsIdle() ? idle + 1 : 0;
  }
  EXPECT_TRUE(world.UntilIdle());
  world.Check();
  return steps;
}

class CrashTest : public ::testing::TestWithParam<ClockMode> {
 protected:
  static LedgerPlan Plan() {
    LedgerPlan plan;
    plan.clock.mode = GetParam();
    if (GetParam() == ClockMode::kEvent) plan.timestamps = TimestampType::kCreateTime;
    return plan;
  }
};

TEST_P(CrashTest, AtEveryStepChangesNothing) {
  const int steps = RunWithCrash(Plan(), -1, /*keeps_store=*/true);
  ASSERT_GT(steps, 60);
  for (int step = 0; step < steps && !HasFailure(); ++step) {
    SCOPED_TRACE("crash at step " + std::to_string(step));
    RunWithCrash(Plan(), step, /*keeps_store=*/true);
  }
}

TEST_P(CrashTest, WithTheLossOfTheStoreChangesNothing) {
  const int steps = RunWithCrash(Plan(), -1, /*keeps_store=*/false);
  for (int step = 0; step < steps && !HasFailure(); step += 5) {
    SCOPED_TRACE("crash at step " + std::to_string(step));
    RunWithCrash(Plan(), step, /*keeps_store=*/false);
  }
}

INSTANTIATE_TEST_SUITE_P(Clocks, CrashTest, ::testing::Values(ClockMode::kWall, ClockMode::kEvent),
                         [](const auto& clock) {
                           return clock.param == ClockMode::kWall ? "Wall" : "Event";
                         });

}  // namespace
}  // namespace evenkeel::testing
