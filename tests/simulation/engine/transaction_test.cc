#include <algorithm>

#include "engine_fixture.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace evenkeel::testing {
namespace {

using ::testing::HasSubstr;

/// Every commit of a run meets `fault` with a chance of one in `one_in`.
class FaultRun {
 public:
  FaultRun(CommitFault fault, unsigned one_in, std::uint32_t seed) : rng_(seed) {
    world_.faulty.rules.on_commit = [this, fault, one_in] {
      if (rng_() % one_in != 0) return CommitFault::kNone;
      ++faults_;
      return fault;
    };
    EXPECT_TRUE(world_.log.Write(MakeCommands({.seed = seed, .count = 400}, 2)).ok());
    world_.Start("w1", [](WorkerOptions& options) {
      options.intake.slice_records = 10;
      options.commit.interval = milliseconds(3);
      // Our own doing, not another process: do not give up.
      options.transaction_timeout = seconds(2);
    });
    EXPECT_TRUE(world_.UntilIdle(100'000));
    EXPECT_GT(faults_, 3);
    EXPECT_TRUE(world_.member("w1").status.ok()) << world_.member("w1").status.ToString();
    // No result of an effect was lost either.
    for (const LedgerOracle& oracle : world_.Check()) EXPECT_EQ(oracle.open_calls(), 0U);
  }
  WorkerCounters counters() { return world_.member("w1").worker->status().counters; }
  EngineWorld& world() { return world_; }

 private:
  std::mt19937 rng_;
  int faults_ = 0;
  EngineWorld world_;
};

TEST(TransactionTest, AbortedWorkIsDoneAgain) {
  FaultRun run(CommitFault::kAborted, 3, 5);
  EXPECT_GT(run.counters().aborts, 3U);
  EXPECT_EQ(run.counters().sessions, 1U);
}

TEST(TransactionTest, ACommitWhoseAnswerIsLostIsNotDoneAgain) {
  FaultRun run(CommitFault::kUnknownCommitted, 2, 6);
  EXPECT_GT(run.counters().sessions, 3U);
}

TEST(TransactionTest, AnAbortWhoseAnswerIsLostIsDoneAgain) {
  FaultRun run(CommitFault::kUnknownAborted, 2, 7);
  EXPECT_GT(run.counters().sessions, 3U);
}

TEST(TransactionTest, AFullQueueOfTheLogDelaysAndLosesNothing) {
  EngineWorld world;
  std::mt19937 rng(3);
  world.faulty.rules.is_full = [&] { return rng() % 3 != 0; };
  ASSERT_TRUE(world.sim.now().wall.value > 0);
  world.Start("w1");
  ASSERT_TRUE(world.UntilRunning());
  world.faulty.rules.is_full = nullptr;
  ASSERT_TRUE(world.log.Write(MakeCommands({.seed = 9, .count = 300}, 2)).ok());
  world.faulty.rules.is_full = [&] { return rng() % 3 != 0; };
  ASSERT_TRUE(world.UntilIdle(100'000));
  world.faulty.rules.is_full = nullptr;
  world.Check();
}

TEST(TransactionTest, ALogThatNeverTakesARecordStopsTheTaskAndSaysSo) {
  EngineWorld world;
  world.Start("w1");
  ASSERT_TRUE(world.UntilRunning());
  world.Command(0, "ada", "add 1");
  world.Command(1, "bob", "add 1");
  bool has_refused = false;
  world.faulty.rules.is_refused = [&] { return !std::exchange(has_refused, true); };
  const auto stopped = [&]() -> const TaskStatus* {
    for (Partition row : {0, 1}) {
      const TaskStatus* task = world.TaskOf("w1", row);
      if (task != nullptr && task->phase == TaskPhase::kStopped) return task;
    }
    return nullptr;
  };
  ASSERT_TRUE(world.Until([&] { return stopped() != nullptr; }));
  EXPECT_THAT(stopped()->status.message(), HasSubstr("the log refuses a record"));
  // It is tried again, and now it goes.
  ASSERT_TRUE(world.UntilIdle());
  world.Check();
}

TEST(TransactionTest, ACommitThatIsNeverAnsweredEndsTheWorker) {
  EngineWorld world;
  world.Command(0, "ada", "add 1");
  world.faulty.rules.on_commit = [] { return CommitFault::kSilent; };
  world.Start("w1", [](WorkerOptions& options) { options.deadlines.transaction = seconds(5); });
  ASSERT_TRUE(world.Until([&] { return !world.member("w1").status.ok(); }));
  EXPECT_EQ(world.member("w1").status.code(), StatusCode::kDeadlineExceeded);
  // As its supervisor would.
  world.faulty.rules.on_commit = nullptr;
  world.Crash("w1");
  world.Start("w1");
  ASSERT_TRUE(world.UntilIdle());
  world.Check();
}

TEST(TransactionTest, AnotherProcessWithOurNameEndsTheWorker) {
  EngineWorld world;
  world.Start("w1");
  world.Start("w2", [&](WorkerOptions& options) {
    options.transactional_id = world.log.plan().topic("w1");
    options.instance_id = world.log.plan().topic("w1");
  });
  ASSERT_TRUE(world.Until(
      [&] { return !world.member("w1").status.ok() || !world.member("w2").status.ok(); }));
  const std::string loser = world.member("w1").status.ok() ? "w2" : "w1";
  EXPECT_THAT(world.member(loser).status.message(), HasSubstr("another process"));
}

TEST(TransactionTest, ATransactionOfTimersAloneIsFenced) {
  EngineWorld world;
  world.Start("w1");
  ASSERT_TRUE(world.UntilRunning());
  world.Command(0, "ada", "every 30000 2");
  ASSERT_TRUE(world.UntilIdle());
  // The worker hangs; another takes its rows and fires the timer.
  auto hung = std::move(world.members_["w1"]);
  world.members_.erase("w1");
  world.Start("w2");
  world.StepFor(seconds(31));
  ASSERT_TRUE(world.UntilIdle());
  EXPECT_EQ(world.member("w2").worker->status().counters.timers, 1U);
  // It wakes and believes that the timer is its to fire.
  for (int i = 0; i < 200; ++i) {
    ASSERT_TRUE(hung->worker->Step(world.sim.now()).ok());
    world.Step();
  }
  ASSERT_TRUE(world.Until([&] { return true; }));
  hung.reset();
  world.StepFor(seconds(40));
  ASSERT_TRUE(world.UntilIdle());
  const std::vector<LedgerOracle> oracles = world.Check();
  ASSERT_FALSE(oracles.empty());
  EXPECT_EQ(oracles[0].outputs().size(), 3U);  // The command, and twice the timer.
}

TEST(TransactionTest, EffectsAreHandedOutOnlyOnceTheCommitIsAcknowledged) {
  EngineWorld world;
  world.answers_effects = false;
  world.Start("w1");
  ASSERT_TRUE(world.UntilRunning());
  world.faulty.rules.on_commit = [] { return CommitFault::kAborted; };
  world.Command(0, "ada", "call x");
  world.StepFor(seconds(1));
  EXPECT_TRUE(world.member("w1").sink.handed_out.empty());
  world.faulty.rules.on_commit = nullptr;
  ASSERT_TRUE(world.Until([&] { return !world.member("w1").sink.pending.empty(); }));
  EXPECT_EQ(world.member("w1").sink.handed_out["ada/x"], 1);
}

TEST(TransactionTest, AResultIsTakenInAgainAfterAnAbort) {
  EngineWorld world;
  world.answers_effects = false;
  world.Start("w1");
  world.Command(0, "ada", "call x");
  ASSERT_TRUE(world.Until([&] { return !world.member("w1").sink.pending.empty(); }));
  ASSERT_TRUE(world.UntilRunning());
  world.StepFor(seconds(1));
  world.faulty.rules.on_commit = [] { return CommitFault::kAborted; };
  world.member("w1").worker->PostEffectResult(0, "ada x 7");
  world.StepFor(seconds(1));
  EXPECT_GT(world.member("w1").worker->status().counters.aborts, 1U);
  world.faulty.rules.on_commit = nullptr;
  world.member("w1").sink.pending.clear();
  ASSERT_TRUE(world.Until([&] { return world.TaskOf("w1", 0)->sequence == 2; }));
  ASSERT_TRUE(world.UntilIdle());
  for (const LedgerOracle& oracle : world.Check()) EXPECT_EQ(oracle.open_calls(), 0U);
}

TEST(TransactionTest, EffectsWithoutAResultAreHandedOutAgainAfterATakeover) {
  EngineWorld world;
  world.answers_effects = false;
  world.Start("w1");
  world.Command(0, "ada", "call x");
  ASSERT_TRUE(world.Until([&] { return world.member("w1").sink.handed_out.size() == 1; }));
  world.Crash("w1");
  world.Start("w2",
              [&](WorkerOptions& options) { options.instance_id = world.log.plan().topic("w1"); });
  ASSERT_TRUE(world.Until([&] { return world.member("w2").sink.handed_out.size() == 1; }));
  world.answers_effects = true;
  ASSERT_TRUE(world.UntilIdle());
  // Not a third time, once it has its result.
  world.Crash("w2");
  world.Start("w3",
              [&](WorkerOptions& options) { options.instance_id = world.log.plan().topic("w1"); });
  ASSERT_TRUE(world.UntilIdle());
  EXPECT_TRUE(world.member("w3").sink.handed_out.empty());
  for (const LedgerOracle& oracle : world.Check()) EXPECT_EQ(oracle.open_calls(), 0U);
}

TEST(TransactionTest, AResultForARowThatIsNotOursIsDropped) {
  EngineWorld world;
  world.Start("w1");
  ASSERT_TRUE(world.UntilRunning());
  world.member("w1").worker->PostEffectResult(77, "ada x 1");
  world.StepFor(milliseconds(5));
  EXPECT_EQ(world.member("w1").worker->status().counters.effect_results_dropped, 1U);
}

TEST(TransactionTest, ABrokenProcessorStopsOneTaskAndUndoesItsWork) {
  EngineWorld world;
  world.Start("w1");
  ASSERT_TRUE(world.UntilRunning());
  ASSERT_TRUE(world.log
                  .Write({{"commands", 0, "ada", "add 1", std::nullopt},
                          {"commands", 0, "ada", "fail", std::nullopt},
                          {"commands", 1, "bob", "add 1", std::nullopt}})
                  .ok());
  ASSERT_TRUE(world.Until([&] {
    const TaskStatus* task = world.TaskOf("w1", 0);
    return task != nullptr && task->phase == TaskPhase::kStopped;
  }));
  EXPECT_THAT(world.TaskOf("w1", 0)->status.message(), HasSubstr("told to fail"));
  ASSERT_TRUE(world.Until([&] { return world.TaskOf("w1", 1)->sequence == 1; }));
  const Result<std::vector<StoredLine>> out = world.log.Read({world.log.plan().topic("out"), 0});
  ASSERT_TRUE(out.ok());
  EXPECT_TRUE(out->empty());
  // It is tried again, but less and less often.
  world.StepFor(seconds(100));
  const auto& opened = world.member("w1").journal.opened;
  EXPECT_GE(std::count(opened.begin(), opened.end(), 0), 2);
  EXPECT_LE(std::count(opened.begin(), opened.end(), 0), 4);
}

}  // namespace
}  // namespace evenkeel::testing
