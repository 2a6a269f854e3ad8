// When a person is asked, and what an answer is good for. What is checked before an action goes out
// is in approval_release_test.cc.

#include <functional>
#include <string>
#include <vector>

#include "approval_builders.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace evenkeel {
namespace {

using testing::AskingWorld;
using testing::At;
using ::testing::ElementsAre;
using testing::FirstContact;
using testing::kEuroMicro;
using testing::MakeAskingDefinition;
using testing::MakeSignal;
using testing::ReasonsOf;
using ::testing::SizeIs;

/// What a candidate fell for in a decision.
std::string WhyNot(const Decision& decision, const std::string& action) {
  std::string codes;
  for (const Candidate& candidate : decision.candidates) {
    if (candidate.action != action) continue;
    for (const Reason& reason : candidate.reasons) {
      codes += (codes.empty() ? "" : " ") + std::string(ReasonCodeName(reason.code));
    }
  }
  return codes;
}

// --- asking ---

TEST(AskingTest, ARequestSaysWhatIsAskedAndReservesTheContact) {
  AskingWorld world;
  const ApprovalRequest request = world.AskAt(At(0, 10));
  const Decision decision = world.Last();
  EXPECT_EQ(ReasonsOf(decision), "money assumed_uplift");
  EXPECT_THAT(request.reasons, ElementsAre("money", "assumed_uplift"));
  EXPECT_EQ(request.state, ApprovalState::kOpen);
  EXPECT_EQ(request.amount, (Money{2 * kEuroMicro, 6, testing::kEuro}));
  EXPECT_EQ(request.proposer, "retention/1");
  EXPECT_EQ(request.required_role, "approver");
  EXPECT_EQ(request.policy_revision, "p1");
  EXPECT_EQ(request.requested, At(0, 10));
  EXPECT_EQ(request.expires, At(1, 10));
  EXPECT_EQ(request.expected_value_micro, decision.candidates[decision.chosen].ev_micro);
  EXPECT_EQ(decision.approval_id, request.approval_id);
  EXPECT_EQ(decision.action->action_id, request.action_id);
  // It may go out until a send window after the last moment for an answer: so long it is reserved.
  EXPECT_EQ(decision.action->send_by, At(1, 14));
  ASSERT_THAT(world.StateOf().ledger.entries(), SizeIs(1));
  EXPECT_EQ(FirstContact(world).state, ContactState::kReserved);
  EXPECT_EQ(FirstContact(world).by, At(1, 14));
  EXPECT_EQ(FirstContact(world).face_micro, 2 * kEuroMicro);
}

TEST(AskingTest, BelowL2NobodyIsAsked) {
  CoreDefinition definition = MakeAskingDefinition();
  definition.policy.autonomy = {{"retention", "", AutonomyLevel::kL1}};
  AskingWorld world(std::move(definition));
  world.Consent(At(0, 10));
  const Decision decision = world.FailPayment(At(0, 10));
  EXPECT_EQ(decision.verdict, DecisionVerdict::kRecommend);
  EXPECT_TRUE(world.StateOf().approvals.empty());
  EXPECT_TRUE(world.StateOf().ledger.entries().empty());
}

TEST(AskingTest, WhoIsHeldOutIsWithheldBeforeAnybodyIsAsked) {
  CoreDefinition definition = MakeAskingDefinition();
  definition.policy.holdout = {
      .share_ppm = 999'999, .rotating_ppm = 0, .epochs = {{TimeMs{0}, "salt-of-tests"}}};
  AskingWorld world(std::move(definition));
  world.Consent(At(0, 10));
  const Decision decision = world.FailPayment(At(0, 10));
  EXPECT_EQ(decision.verdict, DecisionVerdict::kWithheld);
  EXPECT_FALSE(decision.request.has_value());
  EXPECT_EQ(FirstContact(world).state, ContactState::kShadow);
}

TEST(AskingTest, UnderAKillSwitchNothingIsAsked) {
  AskingWorld world;
  world.Use(Control{.switches = {{SwitchScope::kAction, "credit", "stop"}}});
  world.Consent(At(0, 10));
  const Decision decision = world.FailPayment(At(0, 10));
  EXPECT_EQ(WhyNot(decision, "credit"), "kill_switch");
  EXPECT_FALSE(decision.request.has_value());
}

TEST(AskingTest, OneRequestForAnActionAtATime) {
  AskingWorld world;
  world.AskAt(At(0, 10));
  const Decision second = world.FailPayment(At(0, 11));
  EXPECT_EQ(WhyNot(second, "credit"), "approval_open");
  EXPECT_EQ(second.candidates[second.chosen].action, "nudge");
  EXPECT_THAT(world.StateOf().approvals.open(), SizeIs(1));
}

TEST(AskingTest, ACustomerHasOnlySoManyRequests) {
  CoreDefinition definition = MakeAskingDefinition();
  definition.policy.caps.clear();
  ActionDefinition credit = definition.catalogue.actions.back();
  for (std::size_t i = 1; i <= PendingApprovals::kOpenMax; ++i) {
    credit.name = "credit-" + std::to_string(i);
    definition.catalogue.actions.push_back(credit);
  }
  definition.catalogue.actions.erase(definition.catalogue.actions.begin());  // The nudge.
  AskingWorld world(std::move(definition));
  world.Consent(At(0, 9));
  for (std::size_t i = 0; i < PendingApprovals::kOpenMax; ++i) {
    EXPECT_EQ(world.FailPayment(At(0, 10, static_cast<std::int64_t>(i))).verdict,
              DecisionVerdict::kAskApproval);
  }
  const Decision last = world.FailPayment(At(0, 11));
  EXPECT_EQ(last.verdict, DecisionVerdict::kBlocked);
  EXPECT_EQ(WhyNot(last, credit.name), "approvals_full");
}

TEST(AskingTest, AnActionTooLargeToKeepIsNotAskedAbout) {
  CoreDefinition definition = MakeAskingDefinition();
  definition.catalogue.actions.back().parameters = {{"text", std::string(20'000, 'x')}};
  AskingWorld world(std::move(definition));
  world.Consent(At(0, 9));
  EXPECT_EQ(WhyNot(world.FailPayment(At(0, 10)), "credit"), "approvals_full");
}

TEST(AskingTest, SmallGiftsAddUp) {
  CoreDefinition definition = MakeAskingDefinition();
  definition.policy.approvals = {.money_above_micro = 3 * kEuroMicro,
                                 .assumed_money_above_micro = 3 * kEuroMicro};
  AskingWorld world(std::move(definition));
  world.Consent(At(0, 9));
  const Decision first = world.FailPayment(At(0, 10));
  EXPECT_EQ(first.verdict, DecisionVerdict::kExecute);
  const Decision second = world.FailPayment(At(0, 12));
  EXPECT_EQ(second.verdict, DecisionVerdict::kAskApproval);
  EXPECT_EQ(ReasonsOf(second), "money");
  world.Report(first.action->action_id, ReceiptStatus::kFailed, At(0, 13));
  world.Answer(AskingWorld::No(*second.request), At(0, 14));
  // Both came to nothing, but a no is remembered.
  EXPECT_EQ(WhyNot(world.FailPayment(At(0, 15)), "credit"), "recently_rejected");
  EXPECT_EQ(world.FailPayment(At(15, 10)).verdict, DecisionVerdict::kExecute);
}

// --- what an answer is good for ---

struct BadAnswer {
  std::string name;
  std::function<void(Verdict&)> spoil;
  BadInputCode code;
};

class BadAnswerTest : public ::testing::TestWithParam<BadAnswer> {};

TEST_P(BadAnswerTest, ChangesNothing) {
  AskingWorld world;
  const ApprovalRequest request = world.AskAt(At(0, 10));
  const CustomerState before = world.StateOf();
  Verdict verdict = AskingWorld::Yes(request);
  GetParam().spoil(verdict);
  const Observed observed = world.Answer(verdict, At(0, 11));
  EXPECT_EQ(observed.kind, ObservedKind::kBadInput);
  EXPECT_EQ(observed.problem.code, GetParam().code);
  EXPECT_EQ(world.StateOf(), before);
  EXPECT_THAT(world.list.decisions, SizeIs(1));
  // The right one still counts, under the same id, too.
  Verdict right = AskingWorld::Yes(request);
  right.verdict_id = verdict.verdict_id;
  world.Answer(right, At(0, 12));
  EXPECT_EQ(world.Last().verdict, DecisionVerdict::kReleased);
}

INSTANTIATE_TEST_SUITE_P(
    Answers, BadAnswerTest,
    ::testing::Values(BadAnswer{"Unknown", [](Verdict& v) { v.approval_id = std::string(32, '0'); },
                                BadInputCode::kUnknownApproval},
                      BadAnswer{"OtherDigest", [](Verdict& v) { v.action_digest[31] ^= 1; },
                                BadInputCode::kApprovalMismatch},
                      BadAnswer{"OtherAction",
                                [](Verdict& v) { v.action_id = std::string(32, '0'); },
                                BadInputCode::kApprovalMismatch},
                      BadAnswer{"OwnProposal", [](Verdict& v) { v.approver = "retention/1"; },
                                BadInputCode::kOwnProposal},
                      BadAnswer{"OwnProposalOfAnyVersion",
                                [](Verdict& v) { v.approver = "retention"; },
                                BadInputCode::kOwnProposal},
                      BadAnswer{"OtherRole", [](Verdict& v) { v.approver_role = "auditor"; },
                                BadInputCode::kRoleNotAllowed},
                      BadAnswer{"NoRole", [](Verdict& v) { v.approver_role.clear(); },
                                BadInputCode::kRoleNotAllowed}),
    [](const auto& each) { return each.param.name; });

TEST(AnswerTest, AYesLetsTheActionGoOnceWithWhoSaidIt) {
  AskingWorld world;
  const ApprovalRequest request = world.AskAt(At(0, 10));
  const Verdict yes = AskingWorld::Yes(request);
  world.Answer(yes, At(0, 18));
  const Decision decision = world.Last();
  EXPECT_EQ(decision.verdict, DecisionVerdict::kReleased);
  EXPECT_EQ(ReasonsOf(decision), "approved");
  EXPECT_EQ(decision.trigger.kind, TriggerKind::kVerdict);
  EXPECT_EQ(decision.trigger.id, yes.verdict_id);
  EXPECT_EQ(decision.trigger.source, request.approval_id);
  EXPECT_EQ(decision.point, "payment");
  ASSERT_TRUE(decision.answer.has_value());
  EXPECT_EQ(decision.answer->approver, "ann");
  EXPECT_EQ(decision.answer->comment, "seems right");
  EXPECT_EQ(decision.candidates[decision.chosen].action, "credit");
  ASSERT_TRUE(decision.request.has_value());
  EXPECT_EQ(decision.request->state, ApprovalState::kReleased);
  EXPECT_EQ(decision.request->closed_reason, "approved");
  EXPECT_EQ(decision.request->verdict_id, yes.verdict_id);
  EXPECT_EQ(decision.request->action, request.action);
  EXPECT_EQ(decision.action->action_id, request.action_id);
  // From the release on, until quiet hours: inside of what was asked about.
  EXPECT_EQ(decision.action->send_from, At(0, 18));
  EXPECT_EQ(decision.action->send_by, At(0, 20));
  ASSERT_THAT(world.StateOf().ledger.entries(), SizeIs(1));
  EXPECT_EQ(FirstContact(world).from, At(0, 18));
  EXPECT_EQ(FirstContact(world).by, At(0, 20));
  EXPECT_TRUE(world.StateOf().approvals.open().empty());
}

TEST(AnswerTest, ANoGivesTheContactBack) {
  AskingWorld world;
  const ApprovalRequest request = world.AskAt(At(0, 10));
  world.Answer(AskingWorld::No(request), At(0, 11));
  EXPECT_EQ(world.Last().verdict, DecisionVerdict::kRejected);
  EXPECT_EQ(world.Last().request->state, ApprovalState::kRejected);
  EXPECT_EQ(world.Last().request->closed_reason, "rejected");
  EXPECT_EQ(world.Last().request->approver, "ann");
  EXPECT_EQ(FirstContact(world).state, ContactState::kReturned);
}

TEST(AnswerTest, OfTwoPeopleTheFirstWinsAndTheOtherIsTold) {
  AskingWorld world;
  const ApprovalRequest request = world.AskAt(At(0, 10));
  Verdict other = AskingWorld::No(request);
  other.approver = "bob";
  world.Answer(AskingWorld::Yes(request), At(0, 11));
  const CustomerState before = world.StateOf();
  world.Answer(other, At(0, 11));
  const Decision told = world.Last();
  EXPECT_EQ(told.verdict, DecisionVerdict::kNoEffect);
  EXPECT_EQ(ReasonsOf(told), "already_answered");
  EXPECT_EQ(told.answer->approver, "bob");
  EXPECT_FALSE(told.request.has_value());
  EXPECT_EQ(world.StateOf().approvals, before.approvals);
  EXPECT_EQ(world.StateOf().ledger, before.ledger);
}

TEST(AnswerTest, TheSameVerdictAgainIsARepeatByWhateverWay) {
  AskingWorld world;
  const ApprovalRequest request = world.AskAt(At(0, 10));
  const Verdict yes = AskingWorld::Yes(request);
  world.Answer(yes, At(0, 11));
  EXPECT_EQ(world.Answer(yes, At(0, 12)).kind, ObservedKind::kRepeat);
  EXPECT_THAT(world.list.decisions, SizeIs(2));
}

TEST(AnswerTest, NobodyAnswersInTimeMeansNo) {
  AskingWorld world;
  const ApprovalRequest request = world.AskAt(At(0, 10));
  world.RunTimersUntil(At(1, 9, 59));
  EXPECT_THAT(world.list.decisions, SizeIs(1));
  world.RunTimersUntil(At(1, 10));
  const Decision expired = world.Last();
  EXPECT_EQ(expired.verdict, DecisionVerdict::kExpired);
  EXPECT_EQ(expired.trigger.kind, TriggerKind::kTimer);
  EXPECT_EQ(expired.request->state, ApprovalState::kExpired);
  EXPECT_FALSE(expired.answer.has_value());
  EXPECT_EQ(FirstContact(world).state, ContactState::kReturned);
  world.Answer(AskingWorld::Yes(request), At(1, 11));
  EXPECT_EQ(world.Last().verdict, DecisionVerdict::kNoEffect);
  EXPECT_EQ(ReasonsOf(world.Last()), "expired");
}

TEST(AnswerTest, AtTheLastMomentItIsTooLateThoughTheTimerHasNotFired) {
  AskingWorld world;
  const ApprovalRequest request = world.AskAt(At(0, 10));
  world.Answer(AskingWorld::Yes(request), request.expires);
  EXPECT_EQ(world.Last().verdict, DecisionVerdict::kNoEffect);
  world.RunTimersUntil(request.expires);
  EXPECT_EQ(world.Last().verdict, DecisionVerdict::kExpired);
}

TEST(AnswerTest, WhoIsForgottenIsNotAskedAbout) {
  AskingWorld world;
  const ApprovalRequest request = world.AskAt(At(0, 10));
  const Observed observed = world.Feed(MakeSignal("forget", At(0, 11)), At(0, 11), Forget{});
  EXPECT_EQ(observed.kind, ObservedKind::kForgotten);
  ASSERT_THAT(observed.withdrawn, SizeIs(1));
  EXPECT_EQ(observed.withdrawn[0].approval_id, request.approval_id);
  EXPECT_EQ(observed.withdrawn[0].state, ApprovalState::kWithdrawn);
  EXPECT_EQ(observed.withdrawn[0].closed_reason, "forgotten");
  EXPECT_EQ(world.Answer(AskingWorld::Yes(request), At(0, 12)).problem.code,
            BadInputCode::kUnknownApproval);
}

}  // namespace
}  // namespace evenkeel
