#include <algorithm>
#include <map>

#include "engine_fixture.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace evenkeel::testing {
namespace {

using ::testing::HasSubstr;

constexpr TimeMs kStart{1'600'000'000'000};

LedgerPlan EventPlan(EventAdvance advance = EventAdvance::kRecords) {
  LedgerPlan plan;
  plan.clock = {.mode = ClockMode::kEvent, .advance = advance};
  plan.timestamps = TimestampType::kCreateTime;
  plan.has_ticks = advance == EventAdvance::kToTick;
  return plan;
}

/// What a run must agree on with every other run over the same input.
struct Outcome {
  std::vector<std::string> states;  ///< Digest per row.
  std::vector<std::vector<std::string>> outputs;

  friend bool operator==(const Outcome&, const Outcome&) = default;
};

Outcome OutcomeOf(EngineWorld& world) {
  Outcome outcome;
  for (const LedgerOracle& oracle : world.Check()) {
    outcome.states.push_back(oracle.StateDigest());
    outcome.outputs.push_back(oracle.outputs());
  }
  return outcome;
}

/// Draws how work is cut: sizes of polls, slices and transactions, and when commits happen.
std::function<void(WorkerOptions&)> RandomCuts(std::uint32_t seed) {
  return [seed](WorkerOptions& options) {
    std::mt19937 rng(seed);
    options.intake.poll_records = 1 + rng() % 60;
    options.intake.slice_records = 1 + rng() % 40;
    options.intake.timers_per_slice = static_cast<std::uint32_t>(1 + rng() % 5);
    options.intake.read_ahead_bytes = 1 + rng() % 40'000;
    options.commit.interval = milliseconds(rng() % 30);
    options.commit.backlog_interval = milliseconds(rng() % 60);
    options.commit.max_records = 1 + rng() % 50;
    options.commit.max_slices_per_task = 1 + rng() % 10;
  };
}

// Goal: under the event clock, how the log delivers and when we commit never matters.
TEST(EventClockPropertyTest, CutsChangeNeitherStatesNorOutputs) {
  std::optional<Outcome> first;
  for (std::uint32_t seed = 1; seed <= 25; ++seed) {
    SCOPED_TRACE("cuts of seed " + std::to_string(seed));
    EngineWorld world(EventPlan());
    // Receipts do not move the clock, so when they enter is not promised; results of effects
    // neither.
    std::vector<LedgerLog::Line> lines = MakeCommands({.seed = 5,
                                                       .count = 250,
                                                       .sends = false,
                                                       .calls = false,
                                                       .start = kStart,
                                                       .broken_clocks = true},
                                                      2);
    for (LedgerLog::Line& line : lines) line.topic = "commands";
    ASSERT_TRUE(world.log.Write(lines).ok());
    world.Start("w1", RandomCuts(seed));
    ASSERT_TRUE(world.UntilIdle());
    EXPECT_GT(world.member("w1").worker->status().counters.timers, 20U);
    const Outcome outcome = OutcomeOf(world);
    if (!first) first = outcome;
    EXPECT_EQ(outcome.states, first->states);
    // Order between accounts of one wave may differ; what each account saw may not.
    for (std::size_t row = 0; row < outcome.outputs.size(); ++row) {
      std::map<std::string, std::vector<std::string>> by_account;
      std::map<std::string, std::vector<std::string>> by_account_first;
      const auto sort = [](const std::vector<std::string>& lines_in, auto& out) {
        for (const std::string& line : lines_in)
          out[line.substr(0, line.find('='))].push_back(line);
      };
      sort(outcome.outputs[row], by_account);
      sort(first->outputs[row], by_account_first);
      EXPECT_EQ(by_account, by_account_first);
    }
  }
}

TEST(EventClockTest, ATimerFiresBeforeTheFirstRecordThatIsLater) {
  EngineWorld world(EventPlan());
  const auto at = [](int ms) { return kStart + milliseconds(ms); };
  ASSERT_TRUE(world.log
                  .Write({{"commands", 0, "ada", "remind 100", at(0)},
                          {"commands", 0, "ada", "add 10", at(100)},
                          {"commands", 0, "ada", "add 10", at(101)}})
                  .ok());
  world.Start("w1");
  ASSERT_TRUE(world.UntilIdle());
  const std::vector<LedgerOracle> oracles = world.Check();
  ASSERT_EQ(oracles[0].outputs().size(), 4U);
  EXPECT_THAT(oracles[0].outputs()[1], HasSubstr("add 10"));
  EXPECT_THAT(oracles[0].outputs()[2], HasSubstr("remind1 11 3 " + std::to_string(at(100).value)));
  EXPECT_THAT(oracles[0].outputs()[3], HasSubstr("add 21"));
}

// Whoever sees that all records are committed concludes that nothing more will come of them.
TEST(EventClockTest, ATimerThatIsLateBelongsToTheTransactionThatSetIt) {
  EngineWorld world(EventPlan());
  std::vector<LedgerLog::Line> lines = {{"commands", 0, "ada", "add 1", kStart}};
  for (int i = 1; i <= 6; ++i) {
    lines.push_back({"commands", 0, "ada", "remind -" + std::to_string(1000 * i), kStart});
  }
  ASSERT_TRUE(world.log.Write(lines).ok());
  world.Start("w1", [](WorkerOptions& options) {
    options.commit.interval = milliseconds(0);
    options.intake.timers_per_slice = 1;
  });
  std::uint64_t sequence = 0;
  ASSERT_TRUE(world.Until([&] {
    const auto task = world.TaskOf("w1", 0);
    if (task != nullptr) sequence = task->sequence;
    return task != nullptr && !task->inputs.empty() &&
           task->inputs[0].committed == static_cast<Offset>(lines.size());
  }));
  ASSERT_TRUE(world.UntilIdle());
  EXPECT_EQ(world.TaskOf("w1", 0)->sequence, sequence);
  EXPECT_EQ(world.member("w1").worker->status().counters.timers, 6U);
  world.Check();
}

TEST(EventClockTest, WaitsForAnInputThatIsNeitherReadNorAtItsEnd) {
  EngineWorld world(EventPlan());
  ASSERT_TRUE(world.log.Write({{"commands", 0, "ada", "add 1", kStart}}).ok());
  bool is_hidden = true;
  world.faulty.rules.hides_end = [&](const InputAtEnd& end) {
    return is_hidden && end.row == 0 && end.input == 1;
  };
  world.Start("w1");
  ASSERT_TRUE(world.UntilRunning());
  world.StepFor(seconds(1));
  EXPECT_EQ(world.TaskOf("w1", 0)->inputs[0].buffered, 1U);
  EXPECT_EQ(world.TaskOf("w1", 0)->inputs[0].next, 0);
  // A record of the other input, and it goes on: with the earlier one first.
  is_hidden = false;
  ASSERT_TRUE(world.log.Write({{"transfers", 0, "ada", "add 100", kStart - milliseconds(5)}}).ok());
  ASSERT_TRUE(world.UntilIdle());
  EXPECT_THAT(world.Check()[0].outputs()[0], HasSubstr("add 100"));
}

/// A closed world: ticks, and transfers between accounts that come back as input before the next.
Outcome RunToTick(std::uint32_t cuts, int ticks) {
  EngineWorld world(EventPlan(EventAdvance::kToTick));
  world.Start("w1", RandomCuts(cuts));
  std::mt19937 rng(cuts * 77);
  const std::vector<LedgerLog::Line> all = MakeCommands(
      {.seed = 8, .count = ticks * 20, .calls = false, .start = kStart, .step_ms = 100}, 2);
  std::size_t written = 0;
  for (int tick = 1; tick <= ticks; ++tick) {
    const TimeMs time = kStart + seconds(tick);
    std::vector<LedgerLog::Line> lines;
    for (; written < all.size() && *all[written].timestamp <= time; ++written) {
      lines.push_back(all[written]);
    }
    // Receipts of one tick reach the log in any order.
    std::vector<LedgerLog::Line> receipts;
    std::erase_if(lines, [&](const LedgerLog::Line& line) {
      if (line.topic == "receipts") receipts.push_back(line);
      return line.topic == "receipts";
    });
    for (LedgerLog::Line& receipt : receipts) receipt.timestamp = time;
    std::shuffle(receipts.begin(), receipts.end(), rng);
    lines.insert(lines.end(), receipts.begin(), receipts.end());
    for (Partition row : {0, 1}) lines.push_back({"ticks", row, "tick", "tick", time});
    // In pieces, so that the engine sees the tick's world come about.
    for (std::size_t i = 0; i < lines.size();) {
      const std::size_t end = std::min(lines.size(), i + 1 + rng() % 30);
      EXPECT_TRUE(world.log
                      .Write({lines.begin() + static_cast<std::ptrdiff_t>(i),
                              lines.begin() + static_cast<std::ptrdiff_t>(end)})
                      .ok());
      for (unsigned steps = rng() % 4; steps > 0; --steps) world.Step();
      i = end;
    }
    EXPECT_TRUE(world.Until([&] {
      for (Partition row : {0, 1}) {
        const TaskStatus* task = world.TaskOf("w1", row);
        if (task == nullptr || task->inputs.empty()) return false;
        if (task->inputs[3].last_timestamp != time) return false;
        if (task->inputs[3].committed != task->inputs[3].next) return false;
      }
      return true;
    }));
  }
  Outcome outcome = OutcomeOf(world);
  for (auto& outputs : outcome.outputs) {
    EXPECT_GT(outputs.size(), 100U);
    std::sort(outputs.begin(), outputs.end());
  }
  return outcome;
}

TEST(ToTickTest, AClosedLoopIsExactlyRepeatable) {
  const Outcome first = RunToTick(1, 20);
  for (std::uint32_t cuts = 2; cuts <= 6; ++cuts) {
    SCOPED_TRACE("cuts of seed " + std::to_string(cuts));
    const Outcome again = RunToTick(cuts, 20);
    EXPECT_EQ(again.states, first.states);
    for (std::size_t row = 0; row < first.outputs.size(); ++row) {
      std::vector<std::string> only_here;
      std::set_symmetric_difference(again.outputs[row].begin(), again.outputs[row].end(),
                                    first.outputs[row].begin(), first.outputs[row].end(),
                                    std::back_inserter(only_here));
      EXPECT_THAT(only_here, ::testing::IsEmpty());
    }
  }
}

TEST(ToTickTest, NeverGoesBeyondTheLastTick) {
  EngineWorld world(EventPlan(EventAdvance::kToTick));
  world.Start("w1");
  ASSERT_TRUE(world.log
                  .Write({{"commands", 0, "ada", "add 1", kStart},
                          {"commands", 0, "ada", "add 2", kStart + seconds(3)},
                          {"ticks", 0, "tick", "tick", kStart + seconds(2)}})
                  .ok());
  ASSERT_TRUE(world.UntilRunning());
  world.StepFor(seconds(2));
  EXPECT_EQ(world.TaskOf("w1", 0)->inputs[0].committed, 1);
  EXPECT_EQ(world.TaskOf("w1", 0)->as_of, kStart + seconds(2));
}

TEST(WallClockTest, StopsWhileTheMachineIsBehindTheLog) {
  EngineWorld world;
  world.Command(0, "ada", "add 1");
  EngineWorld::Member& member = world.Start("w1");
  const auto step = [&](milliseconds skew) {
    Now now = world.sim.now();
    now.wall = now.wall + skew;
    EXPECT_TRUE(member.worker->Step(now).ok());
    world.sim.AdvanceTime(milliseconds(1));
  };
  for (int i = 0; i < 200; ++i) step(-seconds(120));
  EXPECT_THAT(member.worker->status().health.message(), HasSubstr("behind the log's"));
  EXPECT_EQ(member.worker->status().counters.records, 0U);
  for (int i = 0; i < 200; ++i) step(milliseconds(0));
  EXPECT_TRUE(member.worker->status().health.ok());
  EXPECT_EQ(member.worker->status().counters.records, 1U);
}

TEST(WallClockTest, StopsWhileTheMachineIsAheadOfTheLog) {
  EngineWorld world;
  EngineWorld::Member& member = world.Start("w1");
  const auto step = [&](milliseconds skew) {
    Now now = world.sim.now();
    now.wall = now.wall + skew;
    EXPECT_TRUE(member.worker->Step(now).ok());
    world.sim.AdvanceTime(milliseconds(1));
  };
  for (int i = 0; i < 5; ++i) {
    for (int n = 0; n < 100; ++n) step(std::chrono::hours(1));
    world.Command(0, "ada", "add 1");
  }
  for (int n = 0; n < 100; ++n) step(std::chrono::hours(1));
  EXPECT_THAT(member.worker->status().health.message(), HasSubstr("ahead of the log's"));
  EXPECT_LT(member.worker->status().counters.records, 5U);
}

TEST(WallClockTest, AnOldBacklogIsNoSkew) {
  EngineWorld world;
  ASSERT_TRUE(world.log.Write(MakeCommands({.count = 100}, 2)).ok());
  world.sim.AdvanceTime(std::chrono::hours(5));
  world.Start("w1");
  ASSERT_TRUE(world.UntilIdle());
  world.Check();
}

TEST(WallClockTest, TimeNeverGoesBackWithinATask) {
  EngineWorld world;
  world.Command(0, "ada", "add 1");
  EngineWorld::Member& member = world.Start("w1");
  ASSERT_TRUE(world.UntilIdle());
  const TimeMs before = world.TaskOf("w1", 0)->as_of;
  world.Command(0, "ada", "add 1");
  for (int i = 0; i < 100; ++i) {
    Now now = world.sim.now();
    now.wall = now.wall - seconds(20);
    ASSERT_TRUE(member.worker->Step(now).ok());
    world.sim.AdvanceTime(milliseconds(1));
  }
  EXPECT_EQ(world.TaskOf("w1", 0)->as_of, before);
  world.Check();
}

}  // namespace
}  // namespace evenkeel::testing
