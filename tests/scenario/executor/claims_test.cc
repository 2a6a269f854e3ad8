// Claim, call, result: each action once, whatever its target answers and whoever dies.

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/executor_rig.h"
#include "support/signals.h"

namespace evenkeel::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class ExecutorTest : public ::testing::Test {
 protected:
  ExecutorTest() : world_(bench_, {}), rig_(world_) {}

  /// One action through an executor, to its receipt and ten minutes on.
  std::vector<Receipt> Run(const ApprovedAction& action) {
    rig_.Start();
    rig_.Write(action);
    return rig_.ReceiptsOnceThereAre(1);
  }
  ApprovedAction Ada() { return rig_.ActionFor("ada", 1); }
  static CallResult Answer(CallOutcome outcome, std::uint32_t status) {
    return {.outcome = outcome, .status = status, .detail = {}};
  }
  const std::vector<ScriptedConnector::Made>& calls() const { return rig_.target.calls; }

  SimBench bench_;
  ServiceWorld world_;
  ExecutorRig rig_;
};

TEST_F(ExecutorTest, CallsOnceAndReportsDone) {
  const std::vector<Receipt> receipts = Run(Ada());
  ASSERT_THAT(receipts, SizeIs(1));
  EXPECT_EQ(receipts[0].status, ReceiptStatus::kDone);
  EXPECT_EQ(receipts[0].action_id, Ada().planned.action_id);
  EXPECT_EQ(receipts[0].attempt_count, 1);
  ASSERT_THAT(calls(), SizeIs(1));
  EXPECT_EQ(calls()[0].call.action_id, Ada().planned.action_id);
  EXPECT_EQ(calls()[0].call.type, "evenkeel.action.email.v1");
  EXPECT_THAT(calls()[0].call.body, HasSubstr("\"template_name\":\"new_card\""));
}

TEST_F(ExecutorTest, TriesAgainWithTheSameIdAndBodyMoreAndMoreSlowly) {
  rig_.target.script = {Answer(CallOutcome::kRetry, 503), Answer(CallOutcome::kRetry, 503)};
  const std::vector<Receipt> receipts = Run(Ada());
  ASSERT_THAT(receipts, SizeIs(1));
  EXPECT_EQ(receipts[0].status, ReceiptStatus::kDone);
  EXPECT_EQ(receipts[0].attempt_count, 3);
  ASSERT_THAT(calls(), SizeIs(3));
  for (const auto& made : calls()) {
    EXPECT_EQ(made.call.action_id, calls()[0].call.action_id);
    EXPECT_EQ(made.call.body, calls()[0].call.body);
  }
  EXPECT_EQ(calls()[2].call.attempt, 3U);
  EXPECT_GE(calls()[1].at - calls()[0].at, milliseconds(500));
  EXPECT_GE(calls()[2].at - calls()[1].at, milliseconds(1000));
  EXPECT_LE(calls()[2].at - calls()[1].at, milliseconds(2500));
}

TEST_F(ExecutorTest, WaitsAsLongAsTheTargetAsks) {
  CallResult busy = Answer(CallOutcome::kRetry, 429);
  busy.retry_after = seconds(30);
  rig_.target.script = {busy};
  Run(Ada());
  ASSERT_THAT(calls(), SizeIs(2));
  EXPECT_GE(calls()[1].at - calls()[0].at, seconds(30));
}

TEST_F(ExecutorTest, ReportsWhatTheTargetWillNeverDo) {
  rig_.target.script = {Answer(CallOutcome::kFailed, 410)};
  const std::vector<Receipt> receipts = Run(Ada());
  ASSERT_THAT(receipts, SizeIs(1));
  EXPECT_EQ(receipts[0].status, ReceiptStatus::kFailed);
  EXPECT_EQ(receipts[0].reason, "http_410");
  EXPECT_THAT(calls(), SizeIs(1));
}

TEST_F(ExecutorTest, CallsAgainWithoutAnAnswerWhereTheTargetKnowsTheId) {
  rig_.target.script = {Answer(CallOutcome::kAmbiguous, 0)};
  const std::vector<Receipt> receipts = Run(Ada());
  ASSERT_THAT(receipts, SizeIs(1));
  EXPECT_EQ(receipts[0].status, ReceiptStatus::kDone);
  EXPECT_THAT(calls(), SizeIs(2));
}

TEST_F(ExecutorTest, DoesNotCallAgainOnceTheTargetHasForgottenTheId) {
  rig_.policy.idempotency_window = seconds(5);
  CallResult unsure = Answer(CallOutcome::kAmbiguous, 503);
  unsure.retry_after = seconds(30);
  rig_.target.script = {unsure};
  const std::vector<Receipt> receipts = Run(Ada());
  ASSERT_THAT(receipts, SizeIs(1));
  EXPECT_EQ(receipts[0].status, ReceiptStatus::kUnknown);
  EXPECT_EQ(receipts[0].reason, "id_forgotten");
  EXPECT_THAT(calls(), SizeIs(1));
}

TEST_F(ExecutorTest, NeverCallsAgainWithoutAnAnswerWhereTheTargetDoesNot) {
  rig_.target.is_idempotent = false;
  rig_.target.script = {Answer(CallOutcome::kAmbiguous, 0)};
  const std::vector<Receipt> receipts = Run(Ada());
  ASSERT_THAT(receipts, SizeIs(1));
  EXPECT_EQ(receipts[0].status, ReceiptStatus::kUnknown);
  EXPECT_EQ(receipts[0].reason, "no_answer");
  EXPECT_THAT(calls(), SizeIs(1));
}

TEST_F(ExecutorTest, GivesUpAfterItsTries) {
  rig_.policy.attempts_max = 3;
  rig_.target.script.assign(10, Answer(CallOutcome::kRetry, 503));
  const std::vector<Receipt> receipts = Run(Ada());
  ASSERT_THAT(receipts, SizeIs(1));
  EXPECT_EQ(receipts[0].status, ReceiptStatus::kFailed);
  EXPECT_EQ(receipts[0].attempt_count, 3);
  EXPECT_THAT(calls(), SizeIs(3));
}

TEST_F(ExecutorTest, DoesNotSayThatACallFailedWhichNobodyAnswered) {
  rig_.policy.attempts_max = 3;
  rig_.target.script.assign(10, Answer(CallOutcome::kRetry, 503));
  rig_.target.script[0] = Answer(CallOutcome::kAmbiguous, 0);
  const std::vector<Receipt> receipts = Run(Ada());
  ASSERT_THAT(receipts, SizeIs(1));
  EXPECT_EQ(receipts[0].status, ReceiptStatus::kUnknown);
}

TEST_F(ExecutorTest, WaitsForTheSendWindow) {
  ApprovedAction action = Ada();
  action.planned.send_from = action.issued + minutes(20);
  rig_.Start();
  rig_.Write(action);
  world_.PassTime(minutes(19));
  EXPECT_THAT(calls(), IsEmpty());
  const std::vector<Receipt> receipts = rig_.ReceiptsOnceThereAre(1);
  ASSERT_THAT(receipts, SizeIs(1));
  EXPECT_EQ(receipts[0].status, ReceiptStatus::kDone);
  ASSERT_THAT(calls(), SizeIs(1));
  EXPECT_GE(calls()[0].at, action.planned.send_from);
}

TEST_F(ExecutorTest, LeavesAloneWhatHasExpired) {
  ApprovedAction action = Ada();
  action.planned.send_from = action.issued - minutes(20);
  action.planned.send_by = action.expires = action.issued - minutes(10);
  const std::vector<Receipt> receipts = Run(action);
  ASSERT_THAT(receipts, SizeIs(1));
  EXPECT_EQ(receipts[0].status, ReceiptStatus::kExpired);
  EXPECT_THAT(calls(), IsEmpty());
}

TEST_F(ExecutorTest, NeverCallsLaterThanTheActionAllows) {
  ApprovedAction action = Ada();
  action.planned.send_by = action.expires = action.issued + seconds(20);
  rig_.target.script.assign(50, Answer(CallOutcome::kRetry, 503));
  const std::vector<Receipt> receipts = Run(action);
  ASSERT_THAT(receipts, SizeIs(1));
  EXPECT_EQ(receipts[0].status, ReceiptStatus::kExpired);
  EXPECT_GT(calls().size(), 2U);
  EXPECT_LT(calls().back().at, action.expires);
}

TEST_F(ExecutorTest, ACallThatHadToWaitTooLongIsNotMade) {
  ApprovedAction action = Ada();
  action.planned.send_by = action.expires = action.issued + seconds(20);
  rig_.scheduler.is_held = true;
  rig_.Start();
  rig_.Write(action);
  world_.PassTime(seconds(25));
  rig_.scheduler.is_held = false;
  const std::vector<Receipt> receipts = rig_.ReceiptsOnceThereAre(1);
  ASSERT_THAT(receipts, SizeIs(1));
  EXPECT_EQ(receipts[0].status, ReceiptStatus::kExpired);
  EXPECT_THAT(calls(), IsEmpty());
}

TEST_F(ExecutorTest, NothingIsCalledBeforeItsClaimIsCommitted) {
  const TopicPartition input{world_.deployment.names().Actions("email"), PartitionOf("ada", 2)};
  const TopicPartition changelog{world_.deployment.names().Changelog("executor"), input.partition};
  int checked = 0;
  rig_.target.on_call = [&](const ActionCall&) {
    const std::string group = world_.deployment.prefix + "executor";
    EXPECT_GT(bench_.sim.CommittedOffset(group, input).value_or(0), 0);
    const std::vector<SimRecord> dump = bench_.sim.Dump(changelog);
    EXPECT_TRUE(std::any_of(dump.begin(), dump.end(), [](const SimRecord& each) {
      return each.key == "Sada" && each.committed;
    }));
    ++checked;
  };
  Run(Ada());
  EXPECT_EQ(checked, 1);
}

// --- the executor ends in order ---

TEST_F(ExecutorTest, WaitsForTheCallUnderWayWhenItEnds) {
  rig_.scheduler.is_held = true;  // The call is begun, and its answer takes a while.
  rig_.target.on_call = [this](const ActionCall&) { world_.member("e1").worker->RequestStop(); };
  rig_.Start();
  rig_.Write(Ada());
  ASSERT_TRUE(world_.UntilCaughtUp());
  rig_.scheduler.is_held = false;
  ASSERT_TRUE(world_.Until([&] { return world_.member("e1").worker->stopped(); }));
  EXPECT_THAT(rig_.Receipts(), SizeIs(1));
  rig_.Start("e2");
  EXPECT_THAT(rig_.ReceiptsOnceThereAre(1), SizeIs(1));
  EXPECT_THAT(calls(), SizeIs(1));
}

TEST_F(ExecutorTest, HoldsCallsThatWaitWhenItEndsAndTheNextMakesThem) {
  rig_.target.is_idempotent = false;  // Where a call may not be made twice, it shows.
  CallResult later = Answer(CallOutcome::kRetry, 429);
  later.retry_after = minutes(5);
  rig_.target.script = {later};
  rig_.Start();
  rig_.Write(Ada());
  ASSERT_TRUE(world_.Until([&] { return calls().size() == 1; }));
  world_.StepFor(seconds(1));
  world_.member("e1").worker->RequestStop();
  ASSERT_TRUE(world_.Until([&] { return world_.member("e1").worker->stopped(); }));
  EXPECT_THAT(calls(), SizeIs(1));
  EXPECT_THAT(rig_.Receipts(), IsEmpty());
  rig_.Start("e2");
  world_.PassTime(minutes(6));
  const std::vector<Receipt> receipts = rig_.ReceiptsOnceThereAre(1);
  ASSERT_THAT(receipts, SizeIs(1));
  EXPECT_EQ(receipts[0].status, ReceiptStatus::kDone);
  EXPECT_EQ(receipts[0].attempt_count, 2);
  ASSERT_THAT(calls(), SizeIs(2));
  EXPECT_GE(calls()[1].at - calls()[0].at, minutes(5));
}

TEST_F(ExecutorTest, EndsWithoutAnAnswerThatDoesNotCome) {
  rig_.scheduler.is_stuck = true;
  rig_.Start();
  rig_.Write(Ada());
  ASSERT_TRUE(world_.UntilCaughtUp());
  const MonotonicTime asked = bench_.now().monotonic;
  world_.member("e1").worker->RequestStop();
  ASSERT_TRUE(world_.Until([&] { return world_.member("e1").worker->stopped(); }));
  EXPECT_GE(bench_.now().monotonic - asked, seconds(5));
  EXPECT_LT(bench_.now().monotonic - asked, seconds(10));
}

// --- somebody dies between claim and result ---

TEST_F(ExecutorTest, WhoTakesOverCallsAgainUnderTheSameId) {
  rig_.scheduler.is_held = true;
  rig_.Start("e1");
  rig_.Write(Ada());
  ASSERT_TRUE(world_.UntilCaughtUp());  // Claimed and committed; the call has not come back.
  rig_.Crash("e1");
  rig_.scheduler.is_held = false;
  rig_.Start("e2");
  const std::vector<Receipt> receipts = rig_.ReceiptsOnceThereAre(1);
  ASSERT_THAT(receipts, SizeIs(1));
  EXPECT_EQ(receipts[0].status, ReceiptStatus::kDone);
  ASSERT_THAT(calls(), SizeIs(1));
  EXPECT_EQ(calls()[0].call.action_id, Ada().planned.action_id);
}

TEST_F(ExecutorTest, WhoTakesOverDoesNotCallATargetThatDoesNotKnowTheId) {
  rig_.target.is_idempotent = false;
  rig_.scheduler.is_held = true;
  rig_.Start("e1");
  rig_.Write(Ada());
  ASSERT_TRUE(world_.UntilCaughtUp());
  rig_.Crash("e1");
  rig_.scheduler.is_held = false;
  rig_.Start("e2");
  const std::vector<Receipt> receipts = rig_.ReceiptsOnceThereAre(1);
  ASSERT_THAT(receipts, SizeIs(1));
  EXPECT_EQ(receipts[0].status, ReceiptStatus::kUnknown);
  EXPECT_THAT(calls(), IsEmpty());
}

TEST_F(ExecutorTest, WhoTakesOverTooLateSaysThatItDoesNotKnow) {
  ApprovedAction action = Ada();
  action.planned.send_by = action.expires = action.issued + seconds(20);
  rig_.scheduler.is_held = true;
  rig_.Start("e1");
  rig_.Write(action);
  ASSERT_TRUE(world_.UntilCaughtUp());
  rig_.Crash("e1");
  world_.PassTime(seconds(30));
  rig_.scheduler.is_held = false;
  rig_.Start("e2");
  const std::vector<Receipt> receipts = rig_.ReceiptsOnceThereAre(1);
  ASSERT_THAT(receipts, SizeIs(1));
  EXPECT_EQ(receipts[0].status, ReceiptStatus::kUnknown);
  EXPECT_THAT(calls(), IsEmpty());
}

TEST_F(ExecutorTest, AResultIsReportedOnceHoweverOftenTheExecutorDies) {
  constexpr int kActions = 30;
  rig_.Start("e0");
  for (int i = 0; i < kActions; ++i) rig_.Write(rig_.ActionFor("customer-" + std::to_string(i), i));
  for (int life = 0; life < 6; ++life) {
    world_.StepFor(milliseconds(15 + life * 7));
    rig_.Crash("e" + std::to_string(life));
    rig_.Start("e" + std::to_string(life + 1));
    world_.PassTime(seconds(16));  // Until the group has given the rows away.
  }
  const std::vector<Receipt> receipts = rig_.ReceiptsOnceThereAre(kActions);
  EXPECT_THAT(receipts, SizeIs(kActions));
  std::set<std::string> ids;
  for (const Receipt& receipt : receipts) {
    EXPECT_EQ(receipt.status, ReceiptStatus::kDone);
    ids.insert(receipt.action_id);
  }
  EXPECT_THAT(ids, SizeIs(kActions));
}

}  // namespace
}  // namespace evenkeel::testing
