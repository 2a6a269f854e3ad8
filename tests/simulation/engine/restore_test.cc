#include <algorithm>
#include <filesystem>
#include <fstream>

#include "engine_fixture.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evenkeel/state/entry.h"
#include "evenkeel/state/task_store.h"

namespace evenkeel::testing {
namespace {

using ::testing::HasSubstr;

/// A world with some history, its worker gone and its store flushed.
class RestoreTest : public ::testing::Test {
 protected:
  void SetUp() override { Work(21, 200); }

  /// Adds to the history, then stops the worker in order.
  void Work(std::uint32_t seed, int count) {
    ASSERT_TRUE(world_.log.Write(MakeCommands({.seed = seed, .count = count}, 2)).ok());
    world_.Start("w1");
    ASSERT_TRUE(world_.UntilIdle());
    Stop();
  }
  void Stop() {
    world_.member("w1").worker->RequestStop();
    ASSERT_TRUE(world_.Until([&] { return world_.member("w1").worker->stopped(); }));
    world_.Crash("w1");
  }
  WorkerCounters Resume() {
    world_.Start("w1");
    EXPECT_TRUE(world_.UntilIdle());
    world_.Check();
    return world_.member("w1").worker->status().counters;
  }
  std::string Task(Partition row) { return world_.StoreOf("w1") + "/task-" + std::to_string(row); }
  bool IsStopped(Partition row) {
    const TaskStatus* task = world_.TaskOf("w1", row);
    return task != nullptr && task->phase == TaskPhase::kStopped;
  }
  /// Writes to the changelog as an operator's tool does.
  void WriteChangelog(Partition row, std::string key, std::optional<std::string> value) {
    ASSERT_TRUE(world_.log.Write({{"changelog", row, std::move(key), std::move(value), {}}}).ok());
  }

  EngineWorld world_;
};

TEST_F(RestoreTest, OnlySoManyTasksAtATime) {
  for (const std::size_t bound : {1U, 2U}) {
    std::filesystem::remove_all(world_.StoreOf("w1"));
    world_.Start("w1", [&](WorkerOptions& options) { options.store.restores_max = bound; });
    std::size_t most = 0;
    ASSERT_TRUE(world_.Until([&] {
      most = std::max(most, world_.member("w1").worker->status().restoring);
      return world_.IsRunning();
    }));
    EXPECT_EQ(most, bound);
    ASSERT_TRUE(world_.UntilIdle());
    world_.Check();
    Stop();
  }
}

TEST_F(RestoreTest, FromItsOwnStoreReadsNothingAgain) {
  const WorkerCounters counters = Resume();
  EXPECT_EQ(counters.restored_records, 0U);
  EXPECT_EQ(counters.stores_wiped, 0U);
}

TEST_F(RestoreTest, FromNothingReadsTheChangelog) {
  std::filesystem::remove_all(world_.StoreOf("w1"));
  EXPECT_GT(Resume().restored_records, 20U);
}

TEST_F(RestoreTest, FromACompactedChangelogGivesTheSame) {
  std::filesystem::remove_all(world_.StoreOf("w1"));
  world_.sim.Compact(world_.log.plan().topic("changelog"));
  world_.Start("w1");
  ASSERT_TRUE(world_.UntilIdle());
  world_.Command(0, "ada", "add 1");
  ASSERT_TRUE(world_.UntilIdle());
  world_.Check();
}

TEST_F(RestoreTest, FromAStaleCopyReadsTheRest) {
  std::filesystem::copy(world_.StoreOf("w1"), world_.StoreOf("old"),
                        std::filesystem::copy_options::recursive);
  Work(22, 200);
  std::filesystem::remove_all(world_.StoreOf("w1"));
  std::filesystem::rename(world_.StoreOf("old"), world_.StoreOf("w1"));
  EXPECT_GT(Resume().restored_records, 20U);
}

TEST_F(RestoreTest, ADamagedStoreIsWiped) {
  for (const auto& file : std::filesystem::directory_iterator(Task(0))) {
    if (file.path().extension() == ".sst") std::filesystem::resize_file(file.path(), 10);
  }
  EXPECT_GE(Resume().stores_wiped, 1U);
}

TEST_F(RestoreTest, AStoreThatSleptPastTheChangelogsMemoryIsWiped) {
  world_.sim.AdvanceTime(std::chrono::hours(13));
  EXPECT_EQ(Resume().stores_wiped, 2U);
}

TEST_F(RestoreTest, TheStoreOfAnotherTaskIsSetAside) {
  std::filesystem::rename(Task(0), Task(2));
  std::filesystem::rename(Task(1), Task(0));
  std::filesystem::rename(Task(2), Task(1));
  EXPECT_EQ(Resume().stores_set_aside, 2U);
  EXPECT_TRUE(std::filesystem::exists(Task(0) + ".of-another-task"));
}

TEST_F(RestoreTest, AStoreAheadOfItsChangelogIsSetAside) {
  {
    Result<std::unique_ptr<TaskStore>> store = TaskStore::Open(world_.stores, Task(0));
    ASSERT_TRUE(store.ok());
    StoreMeta meta = *(*store)->meta();
    meta.changelog_next += 1000;
    ASSERT_TRUE((*store)->Apply({}, meta).ok());
    ASSERT_TRUE((*store)->Flush(TaskStore::FlushMode::kFinish).ok());
  }
  EXPECT_EQ(Resume().stores_set_aside, 1U);
  EXPECT_TRUE(std::filesystem::exists(Task(0) + ".ahead-of-changelog"));
}

TEST_F(RestoreTest, AStoreInUseIsWaitedFor) {
  Result<std::unique_ptr<TaskStore>> store = TaskStore::Open(world_.stores, Task(0));
  ASSERT_TRUE(store.ok());
  world_.Start("w1");
  ASSERT_TRUE(world_.Until([&] { return IsStopped(0); }));
  EXPECT_EQ(world_.TaskOf("w1", 0)->status.code(), StatusCode::kUnavailable);
  *store = nullptr;
  EXPECT_TRUE(world_.UntilIdle());
  EXPECT_EQ(world_.member("w1").worker->status().counters.stores_wiped, 0U);
}

TEST_F(RestoreTest, AnotherVersionDerivesTheTimersAgain) {
  world_.Start("w1");
  ASSERT_TRUE(world_.UntilRunning());
  world_.Command(0, "ada", "remind 60000");
  ASSERT_TRUE(world_.UntilIdle());
  Stop();
  world_.Start("w1", [](WorkerOptions& options) { options.app_version = "newer"; });
  ASSERT_TRUE(world_.UntilIdle());
  world_.StepFor(seconds(61));
  ASSERT_TRUE(world_.UntilIdle());
  EXPECT_GT(world_.member("w1").worker->status().counters.timers, 0U);
  EXPECT_EQ(world_.member("w1").worker->status().counters.restored_records, 0U);
  world_.Check();  // Every due timer fired, once.
}

TEST_F(RestoreTest, NeverStartsEmptyWhenTheGroupHasOffsets) {
  std::filesystem::remove_all(world_.StoreOf("w1"));
  const TopicPartition changelog{world_.log.plan().topic("changelog"), 0};
  const Offset end = world_.sim.Dump(changelog).back().offset + 1;
  ASSERT_TRUE(world_.sim.DeleteRecords(changelog, end, seconds(1)).ok());
  world_.Start("w1");
  ASSERT_TRUE(world_.Until([&] { return IsStopped(0); }));
  EXPECT_THAT(world_.TaskOf("w1", 0)->status.message(), HasSubstr("has no commit record"));
  EXPECT_TRUE(world_.Until([&] { return world_.TaskOf("w1", 1)->phase == TaskPhase::kRunning; }));
}

TEST_F(RestoreTest, TheCommitRecordWinsOverTheGroupsOffsets) {
  // A tool without a membership moves the group's offset, as kafka-consumer-groups would.
  SessionOptions options{.transactional_id = "operator", .offsets_group = "ledger.group"};
  for (const InputOptions& input : world_.log.plan().inputs()) {
    options.inputs.push_back(input.topic);
  }
  Result<std::unique_ptr<LogSession>> tool = world_.sim.OpenSession(options);
  ASSERT_TRUE(tool.ok());
  LogPoll poll;
  (*tool)->Init();
  (*tool)->Poll(1, poll);
  (*tool)->Begin();
  const InputPosition moved{.input = 0, .row = 0, .next = 3};
  (*tool)->Commit({&moved, 1});
  const std::size_t events = poll.events.size();
  ASSERT_TRUE(world_.Until([&] {
    (*tool)->Poll(1, poll);
    return poll.events.size() > events;
  }));
  ASSERT_EQ(world_.sim.CommittedOffset("ledger.group", {"ledger.commands", 0}), Offset{3});
  EXPECT_EQ(Resume().offset_mismatches, 1U);
}

TEST_F(RestoreTest, RecordsThatAreGoneStopTheTaskUntilTheGapIsAccepted) {
  ASSERT_TRUE(world_.log.Write(MakeCommands({.seed = 31, .count = 50}, 2)).ok());
  const TopicPartition commands{world_.log.plan().topic("commands"), 0};
  const Offset position = *world_.sim.CommittedOffset(world_.log.plan().topic("group"), commands);
  ASSERT_TRUE(world_.sim.DeleteRecords(commands, position + 10, seconds(1)).ok());
  world_.Start("w1");
  ASSERT_TRUE(world_.Until([&] { return IsStopped(0); }));
  EXPECT_THAT(world_.TaskOf("w1", 0)->status.message(),
              HasSubstr("evenkeel gap accept --topic ledger.commands --partition 0 --from " +
                        std::to_string(position) + " --to " + std::to_string(position + 10)));
  // It stays stopped, and does not open again and again.
  world_.StepFor(seconds(60));
  EXPECT_TRUE(IsStopped(0));
  const auto& opened = world_.member("w1").journal.opened;
  EXPECT_EQ(std::count(opened.begin(), opened.end(), 0), 1);

  const GapOrder gap{.topic = commands.topic,
                     .from = position,
                     .to = position + 10,
                     .accepted_by = "ann: lost in the move"};
  WriteChangelog(0, GapKey(gap), EncodeGap(gap));
  ASSERT_TRUE(world_.UntilIdle());
  EXPECT_EQ(world_.member("w1").worker->status().counters.gaps_accepted, 1U);
  const Result<RowHistory> history = world_.log.History(0);
  ASSERT_TRUE(history.ok());
  std::vector<AcceptedGap> gaps;
  for (const CommitRecord& record : history->journal) {
    gaps.insert(gaps.end(), record.accepted_gaps.begin(), record.accepted_gaps.end());
  }
  ASSERT_EQ(gaps.size(), 1U);
  EXPECT_EQ(gaps[0].to, position + 10);
  EXPECT_EQ(gaps[0].accepted_by, "ann: lost in the move");
  // And it is not applied again.
  Stop();
  world_.Start("w1");
  ASSERT_TRUE(world_.UntilIdle());
  EXPECT_EQ(world_.member("w1").worker->status().counters.gaps_accepted, 0U);
}

TEST_F(RestoreTest, AChangelogOfAnotherDeploymentIsRefused) {
  world_.Start("w1", [](WorkerOptions& options) { options.deployment = "other"; });
  ASSERT_TRUE(world_.Until([&] { return IsStopped(0); }));
  EXPECT_THAT(world_.TaskOf("w1", 0)->status.message(), HasSubstr("deployment ledger."));
}

TEST_F(RestoreTest, ANewInputBeginsAtItsBeginning) {
  ASSERT_TRUE(world_.sim.CreateTopic({.name = "ledger.more", .partitions = 2}, seconds(1)).ok());
  ASSERT_TRUE(world_.log.Write({{"more", 0, "ada", "add 4", std::nullopt}}).ok());
  world_.Start("w1",
               [](WorkerOptions& options) { options.inputs.push_back({.topic = "ledger.more"}); });
  ASSERT_TRUE(world_.UntilRunning());
  ASSERT_TRUE(world_.Until([&] { return world_.TaskOf("w1", 0)->inputs.back().committed > 0; }));
}

TEST_F(RestoreTest, WaitsForAnEndThatIsNotDecidedYet) {
  // Another owner's transaction hangs over the changelog: its records may still be committed.
  Result<std::unique_ptr<LogSession>> zombie =
      world_.sim.OpenSession({.transactional_id = "zombie", .transaction_timeout = seconds(3)});
  ASSERT_TRUE(zombie.ok());
  LogPoll poll;
  (*zombie)->Init();
  (*zombie)->Poll(1, poll);
  (*zombie)->Begin();
  ASSERT_EQ(
      (*zombie)->Produce(
          {.topic = "ledger.changelog", .partition = 0, .key = "Sx", .value = "never committed"}),
      ProduceResult::kAccepted);
  (*zombie)->Poll(1, poll);
  world_.Start("w1");
  world_.StepFor(seconds(1));
  EXPECT_EQ(world_.TaskOf("w1", 0)->phase, TaskPhase::kRestoring);
  ASSERT_TRUE(world_.UntilIdle());
  world_.Check();
}

}  // namespace
}  // namespace evenkeel::testing
