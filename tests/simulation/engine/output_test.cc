#include "engine_fixture.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evenkeel/base/hash.h"

namespace evenkeel::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

std::vector<StoredLine> Read(EngineWorld& world, const std::string& topic, Partition row = 0) {
  Result<std::vector<StoredLine>> lines = world.log.Read({world.log.plan().topic(topic), row});
  EXPECT_TRUE(lines.ok()) << lines.status().ToString();
  return lines.ok() ? std::move(lines).value() : std::vector<StoredLine>();
}

TEST(OutputTest, APoisonRecordGoesToTheDeadLettersAndThePartitionGoesOn) {
  EngineWorld world;
  world.Command(0, "ada", "rubbish");
  world.Command(0, "ada", "add 1");
  world.Start("w1");
  ASSERT_TRUE(world.UntilIdle());
  world.Check();
  const std::vector<StoredLine> letters = Read(world, "commands.dlq");
  ASSERT_EQ(letters.size(), 1U);
  EXPECT_EQ(letters[0].key, "ada");
  EXPECT_EQ(letters[0].value, "rubbish");
  const auto& headers = letters[0].headers;
  EXPECT_THAT(headers, Contains(Pair("evenkeel.errors.topic", "ledger.commands")));
  EXPECT_THAT(headers, Contains(Pair("evenkeel.errors.partition", "0")));
  EXPECT_THAT(headers, Contains(Pair("evenkeel.errors.offset", "0")));
  EXPECT_THAT(headers, Contains(Pair("evenkeel.errors.reason", "undecodable")));
  EXPECT_THAT(headers, Contains(Pair("kafka_dlt-original-topic", "ledger.commands")));
  EXPECT_THAT(headers, Contains(Pair("kafka_dlt-original-offset", std::string(8, '\0'))));
  EXPECT_THAT(headers, Contains(Pair("kafka_dlt-original-consumer-group", "ledger.group")));
}

TEST(OutputTest, ALargePoisonRecordIsCutAndItsDigestKept) {
  LedgerPlan plan;
  EngineWorld world(plan);
  const std::string large(950'000, 'x');
  world.Command(0, "ada", large);
  world.Start("w1");
  ASSERT_TRUE(world.UntilIdle());
  const std::vector<StoredLine> letters = Read(world, "commands.dlq");
  ASSERT_EQ(letters.size(), 1U);
  EXPECT_EQ(letters[0].value, large.substr(0, 64 * 1024));
  EXPECT_THAT(letters[0].headers, Contains(Pair("evenkeel.errors.value.size", "950000")));
  EXPECT_THAT(letters[0].headers,
              Contains(Pair("evenkeel.errors.value.sha256", ToHex(Sha256(large)))));
}

TEST(OutputTest, DeadLettersAppearWithTheWorkOfTheirTransactionOnly) {
  EngineWorld world;
  world.Command(0, "ada", "add 1");
  world.Command(0, "ada", "rubbish");
  world.faulty.rules.on_commit = [] { return CommitFault::kAborted; };
  world.Start("w1");
  world.StepFor(seconds(1));
  EXPECT_GT(world.member("w1").worker->status().counters.aborts, 2U);
  EXPECT_TRUE(Read(world, "commands.dlq").empty());
  EXPECT_TRUE(Read(world, "out").empty());
  world.faulty.rules.on_commit = nullptr;
  ASSERT_TRUE(world.UntilIdle());
  EXPECT_EQ(Read(world, "commands.dlq").size(), 1U);
  EXPECT_EQ(Read(world, "out").size(), 1U);
}

TEST(OutputTest, AnOutputThatIsTooLargeIsToldToTheProcessor) {
  EngineWorld world;
  world.Command(0, "ada", "huge");
  world.Start("w1");
  ASSERT_TRUE(world.UntilIdle());
  EXPECT_THAT(Read(world, "commands.dlq")[0].headers,
              Contains(Pair("evenkeel.errors.reason", "output_too_large")));
}

TEST(OutputTest, AStateBeyondItsBoundStopsTheTaskAndSaysWhich) {
  EngineWorld world;
  world.Command(0, "ada", "pad 3000");
  world.Command(0, "ada", "pad 3000");
  world.Start("w1");
  ASSERT_TRUE(world.UntilIdle());
  // The processor looked before.
  EXPECT_THAT(Read(world, "commands.dlq")[0].headers,
              Contains(Pair("evenkeel.errors.reason", "state_too_large")));
  world.Command(0, "ada", "pad! 4000");
  ASSERT_TRUE(world.Until([&] {
    const TaskStatus* task = world.TaskOf("w1", 0);
    return task != nullptr && task->phase == TaskPhase::kStopped;
  }));
  EXPECT_THAT(world.TaskOf("w1", 0)->status.message(), HasSubstr("state_max_bytes = 4096"));
}

TEST(OutputTest, WhatIsReadAheadStaysWithinItsBound) {
  constexpr std::size_t kBound = 60'000;
  EngineWorld world;
  std::vector<LedgerLog::Line> lines;
  for (int i = 0; i < 3000; ++i) {
    lines.push_back({"commands", 0, "ada", "add 1", std::nullopt});
    lines.push_back({"receipts", 0, "bob", "add 1", std::nullopt});
  }
  ASSERT_TRUE(world.log.Write(lines).ok());
  world.Start("w1", [](WorkerOptions& options) {
    options.intake.poll_records = 100;
    options.intake.slice_records = 20;
    options.intake.read_ahead_bytes = kBound;
  });
  std::size_t most = 0;
  std::size_t most_records = 0;
  ASSERT_TRUE(world.Until([&] {
    const WorkerStatus status = world.member("w1").worker->status();
    most = std::max(most, status.read_ahead_bytes);
    std::size_t records = 0;
    for (const TaskStatus& task : status.tasks) {
      for (const InputStatus& input : task.inputs) records += input.buffered;
    }
    most_records = std::max(most_records, records);
    return status.counters.records == 6000;
  }));
  EXPECT_GE(most, kBound);
  EXPECT_LE(most, kBound + 100 * (most / most_records + 1));  // One poll more than the bound.
  EXPECT_EQ(world.member("w1").worker->status().read_ahead_bytes, 0U);
  ASSERT_TRUE(world.UntilIdle());
  world.Check();
}

TEST(OutputTest, TellsHowFarItIsBehind) {
  EngineWorld world;
  for (int i = 0; i < 50; ++i) world.Command(0, "ada", "add 1");
  world.Start("w1", [](WorkerOptions& options) { options.intake.records_per_second = 40; });
  const auto lag = [&]() -> Offset {
    const TaskStatus* task = world.TaskOf("w1", 0);
    return task == nullptr || task->inputs.empty() ? -1 : task->inputs[0].lag;
  };
  ASSERT_TRUE(world.Until([&] { return lag() > 0; }));
  EXPECT_GE(lag(), 50);
  const Offset first = lag();
  ASSERT_TRUE(world.Until([&] { return lag() < first / 2; }));
  EXPECT_GT(lag(), 0);
  ASSERT_TRUE(world.UntilIdle());
  EXPECT_EQ(lag(), 0);
}

TEST(OutputTest, InputsAreMergedByTimestampAndThenByTopic) {
  EngineWorld world;
  world.Command(0, "ada", "add 1");
  ASSERT_TRUE(world.log.Write({{"receipts", 0, "ada", "add 10", std::nullopt}}).ok());
  world.sim.AdvanceTime(seconds(1));
  ASSERT_TRUE(world.log
                  .Write({{"transfers", 0, "ada", "add 1000", std::nullopt},
                          {"receipts", 0, "ada", "add 10000", std::nullopt},
                          {"commands", 0, "ada", "add 100", std::nullopt}})
                  .ok());
  world.Start("w1");
  ASSERT_TRUE(world.UntilIdle());
  world.Check();
  std::vector<std::string> balances;
  for (const StoredLine& line : Read(world, "out")) {
    balances.push_back(line.value->substr(0, line.value->find(' ', 4)));
  }
  EXPECT_THAT(balances, ElementsAre("add 1", "add 11", "add 111", "add 10111", "add 11111"));
}

class GlobalsTest : public ::testing::Test {
 protected:
  static LedgerPlan Plan() {
    LedgerPlan plan;
    plan.globals = 2;
    return plan;
  }
  void Publish(const std::string& topic, const std::string& key, const std::string& value) {
    ASSERT_TRUE(world_.log.Write({{topic, 0, key, value, std::nullopt}}).ok());
  }
  EngineWorld world_{Plan()};
};

TEST_F(GlobalsTest, AreReadToTheirEndBeforeATaskOpensAndThenKeptUp) {
  Publish("global0", "active", "a");
  world_.Command(0, "ada", "add 1");
  world_.Start("w1");
  ASSERT_TRUE(world_.UntilIdle());
  const LedgerProcessor::Journal& journal = world_.member("w1").journal;
  EXPECT_THAT(journal.globals, ElementsAre("0:active=a"));
  EXPECT_EQ(journal.globals_at_end, 1);
  Publish("global1", "switch", "on");
  ASSERT_TRUE(world_.Until([&] { return journal.globals_at_end == 2; }));
  EXPECT_THAT(journal.globals, ElementsAre("0:active=a", "1:switch=on"));
  world_.Command(0, "ada", "add 1");
  ASSERT_TRUE(world_.UntilIdle());
  world_.Check();
  const Result<RowHistory> history = world_.log.History(0);
  ASSERT_TRUE(history.ok());
  EXPECT_EQ(history->journal.front().slices.back().globals,
            (std::vector<GlobalRevision>{{"ledger.global0", 1}, {"ledger.global1", 0}}));
  EXPECT_EQ(history->journal.back().slices.back().globals,
            (std::vector<GlobalRevision>{{"ledger.global0", 1}, {"ledger.global1", 1}}));
}

TEST_F(GlobalsTest, ATaskWaitsForTheRevisionThatItHasSeenAlready) {
  world_.Command(0, "ada", "add 1");
  world_.Start("w1");
  Publish("global0", "active", "a");
  ASSERT_TRUE(world_.UntilIdle());
  world_.Command(0, "ada", "add 1");
  ASSERT_TRUE(world_.UntilIdle());
  world_.Crash("w1");
  // The next one sees a global topic that ends earlier.
  const TopicPartition where{world_.log.plan().topic("global0"), 0};
  ASSERT_TRUE(world_.sim.DeleteRecords(where, 1, seconds(1)).ok());
  world_.Start("w1");
  world_.StepFor(seconds(2));
  EXPECT_EQ(world_.TaskOf("w1", 0)->phase, TaskPhase::kWaitingForGlobals);
  EXPECT_EQ(world_.TaskOf("w1", 1)->phase, TaskPhase::kRunning);  // It never used one.
  Publish("global0", "active", "b");
  ASSERT_TRUE(world_.UntilIdle());
}

}  // namespace
}  // namespace evenkeel::testing
