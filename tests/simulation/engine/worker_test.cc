#include "engine_fixture.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace evenkeel::testing {
namespace {

TEST(WorkerTest, ProcessesWhatIsThere) {
  EngineWorld world;
  world.Command(0, "ada", "add 5");
  world.Start("w1");
  ASSERT_TRUE(world.UntilIdle());
  const std::vector<LedgerOracle> oracles = world.Check();
  ASSERT_EQ(oracles.size(), 2U);
  EXPECT_EQ(oracles[0].States().size(), 1U);
}

TEST(WorkerTest, DoesEverythingALedgerAsksFor) {
  EngineWorld world;
  ASSERT_TRUE(world.log.Write(MakeCommands({.seed = 7, .count = 500}, 2)).ok());
  world.Start("w1");
  ASSERT_TRUE(world.UntilIdle());
  world.StepFor(seconds(8));
  ASSERT_TRUE(world.UntilIdle());
  const WorkerCounters counters = world.member("w1").worker->status().counters;
  EXPECT_GT(counters.timers, 20U);
  EXPECT_GT(counters.local_events, 10U);
  EXPECT_GT(counters.dead_letters, 10U);
  for (const LedgerOracle& oracle : world.Check()) EXPECT_EQ(oracle.open_calls(), 0U);
}

}  // namespace
}  // namespace evenkeel::testing
