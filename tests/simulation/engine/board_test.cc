// What queries see of a worker's tasks, and when they are told to come again.

#include "engine_fixture.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evenkeel/engine/task_board.h"
#include "evenkeel/state/entry.h"

namespace evenkeel::testing {
namespace {

using ::testing::HasSubstr;

constexpr MonotonicTime kStart{seconds(1000)};
constexpr milliseconds kPatience{500};

StatusCode CodeAt(const TaskBoard& board, MonotonicTime now) {
  return board.Find(3, now).status().code();
}

class TaskBoardTest : public ::testing::Test {
 protected:
  TaskBoardTest() {
    board_.Turn(kStart, true);
    board_.Show(3, {.view = nullptr, .lag_records = 7});
  }
  TaskBoard board_{kPatience};
};

TEST_F(TaskBoardTest, ShowsRunningTasksAndSaysWhyOthersAreNot) {
  EXPECT_EQ(board_.Find(3, kStart)->lag_records, 7);
  EXPECT_EQ(board_.Find(4, kStart).status().code(), StatusCode::kNotFound);
  board_.Hide(3, TaskPhase::kStopped, DataLoss("the disk is gone"));
  const Status hidden = board_.Find(3, kStart).status();
  EXPECT_EQ(hidden.code(), StatusCode::kUnavailable);
  EXPECT_THAT(hidden.message(), HasSubstr("the disk is gone"));
  board_.Remove(3);
  EXPECT_EQ(CodeAt(board_, kStart), StatusCode::kNotFound);
}

TEST_F(TaskBoardTest, AWorkerThatDoesNotPollIsNotBelieved) {
  EXPECT_EQ(CodeAt(board_, kStart + kPatience), StatusCode::kOk);
  EXPECT_EQ(CodeAt(board_, kStart + kPatience + milliseconds(1)), StatusCode::kUnavailable);
}

TEST_F(TaskBoardTest, AWorkerThatComesBackIsBelievedWhenTheGroupHadTimeToReplaceIt) {
  const MonotonicTime back = kStart + seconds(20);
  board_.Turn(back, true);
  EXPECT_EQ(CodeAt(board_, back), StatusCode::kUnavailable) << "it was not told yet";
  board_.Turn(back + kPatience, true);
  EXPECT_EQ(CodeAt(board_, back + kPatience - milliseconds(1)), StatusCode::kUnavailable);
  EXPECT_EQ(CodeAt(board_, back + kPatience), StatusCode::kOk);
}

TEST_F(TaskBoardTest, OnlyATransactionThatBeganAfterThePauseProvesAnything) {
  const MonotonicTime back = kStart + seconds(20);
  board_.Turn(back, true);
  board_.Proven(back - milliseconds(1));
  EXPECT_EQ(CodeAt(board_, back + milliseconds(1)), StatusCode::kUnavailable);
  board_.Proven(back);
  EXPECT_EQ(CodeAt(board_, back + milliseconds(1)), StatusCode::kOk);
}

TEST_F(TaskBoardTest, ALogOutOfReachMakesDoubtToo) {
  for (int i = 1; i <= 6; ++i) board_.Turn(kStart + i * milliseconds(100), false);
  EXPECT_EQ(CodeAt(board_, kStart + milliseconds(500)), StatusCode::kOk);
  EXPECT_EQ(CodeAt(board_, kStart + milliseconds(501)), StatusCode::kUnavailable);
  board_.Turn(kStart + milliseconds(700), true);
  EXPECT_EQ(CodeAt(board_, kStart + milliseconds(700)), StatusCode::kUnavailable);
  board_.Clear();
  board_.Show(3, {});
  EXPECT_EQ(CodeAt(board_, kStart + milliseconds(700)), StatusCode::kOk) << "of a new session";
}

// --- as a worker fills it ---

class WorkerBoardTest : public ::testing::Test {
 protected:
  const TaskBoard& BoardOf(const std::string& name) { return *world_.member(name).worker->board(); }
  bool IsShown(const std::string& name, Partition row) {
    return BoardOf(name).Find(row, world_.sim.now().monotonic).ok();
  }
  std::optional<std::string> StateOf(const std::string& name, Partition row,
                                     const std::string& key) {
    const auto task = BoardOf(name).Find(row, world_.sim.now().monotonic);
    return *task->view->Get(EntryKey(EntryKind::kState, key));
  }

  EngineWorld world_;
};

TEST_F(WorkerBoardTest, ShowsEveryAcknowledgedTransaction) {
  world_.Start("w1");
  ASSERT_TRUE(world_.UntilRunning());
  ASSERT_TRUE(world_.Until([&] { return IsShown("w1", 0); }));
  EXPECT_EQ(StateOf("w1", 0, "a"), std::nullopt);
  const auto before = BoardOf("w1").Find(0, world_.sim.now().monotonic);
  world_.Command(0, "a", "add 5");
  ASSERT_TRUE(world_.UntilIdle());
  const auto after = BoardOf("w1").Find(0, world_.sim.now().monotonic);
  EXPECT_NE(StateOf("w1", 0, "a"), std::nullopt);
  EXPECT_EQ(after->view->position().sequence, world_.TaskOf("w1", 0)->sequence);
  EXPECT_EQ(after->view->position().as_of, world_.TaskOf("w1", 0)->as_of);
  EXPECT_EQ(after->lag_records, 0);
  EXPECT_EQ(*before->view->Get(EntryKey(EntryKind::kState, "a")), std::nullopt);
}

TEST_F(WorkerBoardTest, RowsThatAreHandedOverAreHiddenAndThenSomebodyElses) {
  world_.Start("w1");
  ASSERT_TRUE(world_.UntilRunning());
  world_.Start("w2");
  ASSERT_TRUE(world_.Until([&] { return IsShown("w2", 1); }));
  const MonotonicTime now = world_.sim.now().monotonic;
  EXPECT_EQ(BoardOf("w1").Find(1, now).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(BoardOf("w2").Find(0, now).status().code(), StatusCode::kNotFound);
}

TEST_F(WorkerBoardTest, AViewHeldThroughARevocationStaysReadableAndTheRowMovesOn) {
  world_.Start("w1");
  world_.Command(1, "a", "add 5");
  ASSERT_TRUE(world_.UntilIdle());
  auto held = BoardOf("w1").Find(1, world_.sim.now().monotonic);
  ASSERT_TRUE(held.ok());
  world_.Start("w2");
  ASSERT_TRUE(world_.Until([&] { return IsShown("w2", 1); })) << "its store is another directory";
  EXPECT_NE(*held->view->Get(EntryKey(EntryKind::kState, "a")), std::nullopt);
}

TEST_F(WorkerBoardTest, LagCountsWhatIsNotTakenYet) {
  world_.Start("w1", [](WorkerOptions& options) { options.intake.records_per_second = 1; });
  ASSERT_TRUE(world_.UntilRunning());
  for (int i = 0; i < 50; ++i) world_.Command(0, "a", "add 1");
  ASSERT_TRUE(world_.Until([&] {
    const auto task = BoardOf("w1").Find(0, world_.sim.now().monotonic);
    return task.ok() && task->lag_records >= 40;
  }));
}

}  // namespace
}  // namespace evenkeel::testing
