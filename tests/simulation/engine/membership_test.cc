#include <set>

#include "engine_fixture.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace evenkeel::testing {
namespace {

std::size_t RowsOf(EngineWorld& world, const std::string& name) {
  return world.member(name).worker->status().tasks.size();
}

LedgerPlan Plan(Partition rows) {
  LedgerPlan plan;
  plan.rows = rows;
  return plan;
}

class MembershipTest : public ::testing::Test {
 protected:
  /// Writes more commands, which no earlier call wrote.
  void Write(int count, bool asks_for_commits = true) {
    const Workload workload{.seed = ++seed_, .count = count, .keys = 40, .calls = asks_for_commits};
    ASSERT_TRUE(world_.log.Write(MakeCommands(workload, 6)).ok());
  }
  void StopInOrder(const std::string& name) {
    world_.member(name).worker->RequestStop();
    ASSERT_TRUE(world_.Until([&] { return world_.member(name).worker->stopped(); }));
    ASSERT_TRUE(world_.member(name).status.ok());
    world_.Crash(name);
  }

  std::uint32_t seed_ = 100;
  EngineWorld world_{Plan(6)};
};

TEST_F(MembershipTest, WorkersShareTheRowsAndHandThemOver) {
  Write(300);
  world_.Start("w1");
  ASSERT_TRUE(world_.UntilRunning());
  EXPECT_EQ(RowsOf(world_, "w1"), 6U);
  Write(300);
  world_.Start("w2");
  ASSERT_TRUE(world_.Until([&] { return RowsOf(world_, "w2") == 3; }));
  Write(300);
  world_.Start("w3");
  ASSERT_TRUE(world_.UntilIdle());
  EXPECT_EQ(RowsOf(world_, "w1"), 2U);
  EXPECT_EQ(RowsOf(world_, "w2"), 2U);
  EXPECT_EQ(RowsOf(world_, "w3"), 2U);
  world_.Check();
}

TEST_F(MembershipTest, ARevocationCommitsWhatIsOpen) {
  world_.Start("w1", [](WorkerOptions& options) {
    options.commit.interval = seconds(1000);
    options.commit.soon = seconds(1000);
  });
  ASSERT_TRUE(world_.UntilRunning());
  Write(100, /*asks_for_commits=*/false);
  ASSERT_TRUE(
      world_.Until([&] { return world_.member("w1").worker->status().counters.records > 50; }));
  EXPECT_EQ(world_.member("w1").worker->status().counters.commits, 0U);
  world_.Start("w2");
  ASSERT_TRUE(world_.Until([&] { return RowsOf(world_, "w2") == 3; }));
  EXPECT_EQ(world_.member("w1").worker->status().counters.commits, 1U);
  EXPECT_EQ(world_.member("w1").worker->status().counters.aborts, 0U);
  EXPECT_EQ(world_.member("w1").journal.closed.size(), 6U);
}

TEST_F(MembershipTest, AStaticRestartMovesNothing) {
  world_.Start("w1");
  world_.Start("w2");
  Write(200);
  ASSERT_TRUE(world_.UntilIdle());
  const std::size_t closed = world_.member("w2").journal.closed.size();
  StopInOrder("w1");
  Write(200);
  world_.StepFor(seconds(5));
  world_.Start("w1");
  ASSERT_TRUE(world_.UntilIdle());
  EXPECT_EQ(world_.member("w2").journal.closed.size(), closed);
  EXPECT_EQ(world_.member("w1").worker->status().counters.restored_records, 0U);
  world_.Check();
}

TEST_F(MembershipTest, AnotherTakesOverFromAWorkerThatDied) {
  world_.Start("w1");
  world_.Start("w2");
  Write(300);
  world_.StepFor(milliseconds(30));
  world_.Crash("w1");
  Write(300);
  ASSERT_TRUE(world_.UntilIdle(60'000));
  EXPECT_EQ(RowsOf(world_, "w2"), 6U);
  world_.Check();
}

TEST_F(MembershipTest, AWorkerThatSleptLosesItsRowsAndItsOpenWork) {
  world_.Start("w1", [](WorkerOptions& options) {
    options.commit.interval = seconds(1000);
    options.commit.soon = seconds(1000);
  });
  ASSERT_TRUE(world_.UntilRunning());
  Write(200);
  ASSERT_TRUE(
      world_.Until([&] { return world_.member("w1").worker->status().counters.records > 50; }));
  auto sleeper = std::move(world_.members_["w1"]);
  world_.members_.erase("w1");
  world_.Start("w2");
  ASSERT_TRUE(world_.UntilIdle(60'000));
  world_.members_["w1"] = std::move(sleeper);
  ASSERT_TRUE(world_.Until([&] { return RowsOf(world_, "w1") == 3; }, 60'000));
  ASSERT_TRUE(world_.UntilRunning());
  ASSERT_TRUE(world_.member("w1").status.ok());
  EXPECT_EQ(world_.member("w1").worker->status().counters.commits, 0U);
  world_.StepFor(seconds(3));
  world_.Check();
}

TEST_F(MembershipTest, AnOrderlyStopLeavesNothingToRestore) {
  world_.Start("w1", [](WorkerOptions& options) {
    options.commit.interval = seconds(1000);
    options.commit.soon = seconds(1000);
  });
  ASSERT_TRUE(world_.UntilRunning());
  Write(200, /*asks_for_commits=*/false);
  ASSERT_TRUE(
      world_.Until([&] { return world_.member("w1").worker->status().counters.records == 200; }));
  StopInOrder("w1");
  world_.Start("w1");
  ASSERT_TRUE(world_.UntilIdle());
  EXPECT_EQ(world_.member("w1").worker->status().counters.restored_records, 0U);
  world_.Check();
}

TEST_F(MembershipTest, StopsAtOnceWhileTheLogDoesNotLetItIn) {
  world_.Start("w1").worker->RequestStop();
  world_.Step();
  EXPECT_TRUE(world_.member("w1").worker->stopped());
}

// Goal: no order of joining, leaving, dying and sleeping loses or doubles anything.
TEST_F(MembershipTest, AnyUnrestChangesNothing) {
  std::mt19937 rng(static_cast<std::uint32_t>(::testing::UnitTest::GetInstance()->random_seed()));
  std::set<std::string> alive;
  const std::vector<std::string> names = {"w1", "w2", "w3"};
  for (int round = 0; round < 60; ++round) {
    const std::string& name = names[rng() % 3];
    if (!alive.contains(name)) {
      world_.Start(name, [&](WorkerOptions& options) {
        options.commit.interval = milliseconds(1 + rng() % 40);
        options.intake.slice_records = 1 + rng() % 30;
        options.session_timeout = seconds(2);
        options.transaction_timeout = seconds(1);
        options.store.flush_age = milliseconds(20);
      });
      alive.insert(name);
    } else if (rng() % 2 == 0) {
      world_.Crash(name);
      alive.erase(name);
    } else if (rng() % 2 == 0) {
      StopInOrder(name);
      alive.erase(name);
    } else {
      auto sleeper = std::move(world_.members_[name]);
      world_.members_.erase(name);
      world_.StepFor(milliseconds(rng() % 5000));
      world_.members_[name] = std::move(sleeper);
    }
    Write(30);
    world_.StepFor(milliseconds(rng() % 200));
    for (const std::string& it : alive) {
      ASSERT_TRUE(world_.member(it).status.ok()) << world_.member(it).status.ToString();
    }
  }
  for (const std::string& name : names) {
    if (!alive.contains(name)) world_.Start(name);
  }
  ASSERT_TRUE(world_.UntilIdle(100'000));
  for (const LedgerOracle& oracle : world_.Check()) EXPECT_EQ(oracle.open_calls(), 0U);
}

}  // namespace
}  // namespace evenkeel::testing
