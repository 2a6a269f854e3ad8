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

TEST(WorkerTest, TakesInNoMoreThanItsRateAllows) {
  EngineWorld world;
  ASSERT_TRUE(world.log.Write(MakeCommands({.seed = 3, .count = 600, .sends = false}, 2)).ok());
  world.Start("w1", [](WorkerOptions& options) { options.intake.records_per_second = 100; });
  ASSERT_TRUE(world.UntilRunning());
  const auto records = [&] { return world.member("w1").worker->status().counters.records; };
  const std::uint64_t before = records();
  world.StepFor(seconds(2));
  const std::uint64_t taken = records() - before;
  EXPECT_GE(taken, 190U);
  // What was saved up before the tasks ran, at most a second's worth, comes on top.
  EXPECT_LE(taken, 300U);
  ASSERT_TRUE(world.UntilIdle());
  EXPECT_GE(records(), 600U);
  world.Check();
}

TEST(WorkerTest, ASlowRateKeepsWorkInOrderAndTimersGoing) {
  EngineWorld world;
  ASSERT_TRUE(world.log.Write(MakeCommands({.seed = 4, .count = 100}, 2)).ok());
  world.Start("w1", [](WorkerOptions& options) { options.intake.records_per_second = 20; });
  ASSERT_TRUE(world.UntilIdle(60'000));
  world.StepFor(seconds(8));
  ASSERT_TRUE(world.UntilIdle(60'000));
  EXPECT_GT(world.member("w1").worker->status().counters.timers, 5U);
  world.Check();
}

/// Commits that 2,000 commands take which are all there at the start.
std::uint64_t CommitsFor(milliseconds interval, milliseconds backlog_interval) {
  EngineWorld world;
  // Effects would ask for a commit soon.
  const Workload workload{.seed = 6, .count = 2000, .sends = false, .calls = false};
  EXPECT_TRUE(world.log.Write(MakeCommands(workload, 2)).ok());
  world.Start("w1", [&](WorkerOptions& options) {
    options.intake.slice_records = 10;
    options.commit.interval = interval;
    options.commit.backlog_interval = backlog_interval;
  });
  EXPECT_TRUE(world.UntilIdle());
  world.Check();
  return world.member("w1").worker->status().counters.commits;
}

TEST(WorkerTest, TransactionsAreLongerWithABacklog) {
  const std::uint64_t many = CommitsFor(milliseconds(5), milliseconds(5));
  EXPECT_GT(many, 15U);
  EXPECT_LT(CommitsFor(milliseconds(5), milliseconds(50)), many / 2);
}

TEST(WorkerTest, WithoutABacklogWorkWaitsForTheIntervalAlone) {
  EngineWorld world;
  world.Start("w1", [&](WorkerOptions& options) {
    options.commit.interval = milliseconds(10);
    options.commit.backlog_interval = milliseconds(1000);
  });
  ASSERT_TRUE(world.UntilIdle());
  const auto commits = [&] { return world.member("w1").worker->status().counters.commits; };
  const std::uint64_t before = commits();
  // Something in every step, and never more than is processed at once.
  for (int i = 0; i < 400; ++i) {
    world.Command(i % 2, "ada", "add 1");
    world.Step();
  }
  EXPECT_GE(commits() - before, 400U / 10 / 2);
  ASSERT_TRUE(world.UntilIdle());
  world.Check();
}

TEST(WorkerTest, CommitsBeforeTheStatesItChangesOutgrowTheBound) {
  const auto commits_with = [](std::size_t max_bytes) {
    EngineWorld world;
    const auto tell_all = [&world](const std::string& command) {
      for (int i = 0; i < 30; ++i) world.Command(i % 2, "k" + std::to_string(i), command);
    };
    tell_all("pad 2000");
    world.Start("w1");
    EXPECT_TRUE(world.UntilIdle());
    // What these write is small, and the states that they change are not.
    for (int i = 0; i < 3; ++i) tell_all("add 1");
    world.Crash("w1");
    world.Start("w1", [&](WorkerOptions& options) {
      options.intake.slice_records = 5;
      options.commit.interval = seconds(2);
      options.commit.max_bytes = max_bytes;
    });
    EXPECT_TRUE(world.UntilIdle());
    world.Check();
    return world.member("w1").worker->status().counters.commits;
  };
  EXPECT_GT(commits_with(20'000), commits_with(std::size_t{1} << 20) + 1);
}

}  // namespace
}  // namespace evenkeel::testing
