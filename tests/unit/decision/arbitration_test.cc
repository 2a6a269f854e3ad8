#include "decision_builders.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evenkeel/decision/expected_value.h"

namespace evenkeel {
namespace {

using testing::At;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::kDayMs;
using testing::kEuroMicro;
using testing::kPointPpb;
using testing::MakeAction;
using testing::MakeDefinition;
using testing::World;

const Candidate& Find(const Decision& decision, const std::string& action,
                      const std::string& channel = "email") {
  for (const Candidate& candidate : decision.candidates) {
    if (candidate.action == action && (candidate.channel == channel || action == kNoActionName)) {
      return candidate;
    }
  }
  ADD_FAILURE() << "no candidate " << action;
  return decision.candidates[0];
}

std::vector<ReasonCode> CodesOf(const Candidate& candidate) {
  std::vector<ReasonCode> codes;
  for (const Reason& reason : candidate.reasons) codes.push_back(reason.code);
  return codes;
}

/// The decision about a consenting customer whose payment failed at noon.
Decision Decide(CoreDefinition definition) {
  World world(std::move(definition));
  world.Consent(At(0));
  return world.FailPayment(At(0, 12));
}

TEST(ArbitrationTest, ChoosesTheActionAndKeepsEveryPart) {
  const Decision decision = Decide(MakeDefinition());
  EXPECT_EQ(decision.verdict, DecisionVerdict::kExecute);
  ASSERT_TRUE(decision.action.has_value());
  EXPECT_EQ(decision.action->action, "nudge");
  EXPECT_EQ(decision.action->send_from, At(0, 12));
  EXPECT_EQ(decision.action->send_by, At(0, 16));
  EXPECT_EQ(decision.action->action_id.size(), 32U);
  const Candidate& nudge = Find(decision, "nudge");
  // V = 10 * 1/2 + 10; 4 points of it are 0.60 EUR, less 0.10 for the mail.
  EXPECT_EQ(decision.value_micro, 15 * kEuroMicro);
  EXPECT_EQ(nudge.ev.survival.micro, 600'000);
  EXPECT_EQ(nudge.ev_micro, 500'000);
  EXPECT_EQ(nudge.ev_low_micro, 350'000);
  EXPECT_EQ(nudge.ev_high_micro, 650'000);
  EXPECT_EQ(nudge.selection_ppb, 1'000'000'000);
  EXPECT_THAT(nudge.reasons, IsEmpty());
  EXPECT_EQ(nudge.cause, "failed_payments");
  EXPECT_EQ(nudge.proposer, "retention/1");
  EXPECT_EQ(nudge.uplift->basis, UpliftBasis::kAssumed);
  EXPECT_THAT(CodesOf(decision.candidates[0]), ElementsAre(ReasonCode::kLowerValue));
}

TEST(ArbitrationTest, TheUpliftIsNeverMultipliedByTheChanceToLeave) {
  CoreDefinition calm = MakeDefinition();
  CoreDefinition stormy = MakeDefinition();
  stormy.scorecard.hazards[0].intercept_micro += 1'000'000;
  stormy.scorecard.golden = {{.churn_ppb = 0, .tolerance_ppb = 1'000'000'000}};
  EXPECT_EQ(Find(Decide(calm), "nudge").ev.survival.micro,
            Find(Decide(stormy), "nudge").ev.survival.micro);
}

// The loser looks better: it saves more customers. But most who take the discount would have
// stayed anyway, and are paid too.
TEST(ArbitrationTest, TheLoserThatLookedBetter) {
  CoreDefinition definition = MakeDefinition();
  ActionDefinition discount = MakeAction("discount", 12 * kPointPpb);
  discount.incentive = {.amount_micro = 5 * kEuroMicro, .take_up_ppm = 600'000, .payments = 2};
  definition.catalogue.actions.push_back(discount);
  const Decision decision = Decide(definition);
  EXPECT_EQ(decision.action->action, "nudge");
  const Candidate& loser = Find(decision, "discount");
  EXPECT_GT(loser.ev.survival.micro, Find(decision, "nudge").ev.survival.micro);
  EXPECT_EQ(loser.ev.survival.micro, 1'800'000);
  // Stays 0.59 a period: (0.59 + 0.06 + 0.3481 + 0.12) * 0.6 * 5 EUR.
  EXPECT_NEAR(static_cast<double>(loser.ev.incentive.micro), -3'354'300, 10);
  EXPECT_THAT(CodesOf(loser), ElementsAre(ReasonCode::kNoValue));
}

TEST(ArbitrationTest, NothingIsDoneWhereNothingHasValue) {
  CoreDefinition definition = MakeDefinition();
  definition.catalogue.actions = {MakeAction("dear", kPointPpb)};
  definition.catalogue.actions[0].treatments[0].cost_micro = kEuroMicro;
  const Decision decision = Decide(definition);
  EXPECT_EQ(decision.verdict, DecisionVerdict::kNoAction);
  EXPECT_EQ(decision.chosen, 0U);
  EXPECT_FALSE(decision.action.has_value());
  EXPECT_EQ(decision.candidates[0].action, kNoActionName);
  EXPECT_EQ(decision.candidates[0].ev_micro, 0);
}

TEST(ArbitrationTest, AnActionWorthExactlyNothingIsNotDone) {
  CoreDefinition definition = MakeDefinition();
  definition.catalogue.actions[0].treatments[0].cost_micro = 600'000;
  EXPECT_EQ(Decide(definition).verdict, DecisionVerdict::kNoAction);
}

TEST(ArbitrationTest, ASleepingDogIsLeftAlone) {
  CoreDefinition definition = MakeDefinition();
  definition.catalogue.segments = {
      {"dormant", {{"feature.usage", ConditionOp::kBelow, {}, {1, 0}}}}};
  definition.catalogue.actions[0].uplift.push_back({.segment = "dormant",
                                                    .mean_ppb = -2 * kPointPpb,
                                                    .low_ppb = -4 * kPointPpb,
                                                    .high_ppb = kPointPpb});
  World world(definition);
  world.Consent(At(0));
  const Decision asleep = world.FailPayment(At(0, 12));
  EXPECT_EQ(asleep.segment, "dormant");
  EXPECT_EQ(asleep.verdict, DecisionVerdict::kNoAction);
  EXPECT_EQ(Find(asleep, "nudge").ev.survival.micro, -300'000);
  world.Feed(testing::MakeSignal("usage.session", At(0, 13)), At(0, 13));
  const Decision awake = world.FailPayment(At(0, 14));
  EXPECT_EQ(awake.segment, "");
  EXPECT_EQ(awake.verdict, DecisionVerdict::kExecute);
}

TEST(ArbitrationTest, WithoutAPriorForTheSegmentThereIsNoCandidate) {
  CoreDefinition definition = MakeDefinition();
  definition.catalogue.segments = {
      {"dormant", {{"feature.usage", ConditionOp::kBelow, {}, {1, 0}}}},
      {"awake", {{"feature.usage", ConditionOp::kPresent, {}, {}}}}};
  EXPECT_EQ(Decide(definition).verdict, DecisionVerdict::kExecute);  // The prior for all others.
  definition.catalogue.actions[0].uplift[0].segment = "awake";
  const Decision decision = Decide(definition);
  EXPECT_THAT(CodesOf(Find(decision, "nudge")), ElementsAre(ReasonCode::kNoUplift));
  EXPECT_FALSE(Find(decision, "nudge").ev.survival.is_modelled);
}

TEST(ArbitrationTest, TiesGoToTheFirstInTheCatalogue) {
  CoreDefinition definition = MakeDefinition();
  definition.catalogue.actions.push_back(MakeAction("twin", 4 * kPointPpb));
  EXPECT_EQ(Decide(definition).action->action, "nudge");
  std::swap(definition.catalogue.actions[0], definition.catalogue.actions[1]);
  const Decision swapped = Decide(definition);
  EXPECT_EQ(swapped.action->action, "twin");
  EXPECT_THAT(CodesOf(Find(swapped, "nudge")), ElementsAre(ReasonCode::kLowerValue));
}

TEST(ArbitrationTest, BelowTheRiskLimitNothingIsProposed) {
  CoreDefinition definition = MakeDefinition();
  definition.catalogue.retention.voluntary_min_ppb = 999'000'000;
  const Decision decision = Decide(definition);
  EXPECT_EQ(decision.candidates.size(), 1U);
  EXPECT_EQ(decision.verdict, DecisionVerdict::kNoAction);
}

TEST(ArbitrationTest, AnActionActsOnItsOwnCause) {
  CoreDefinition definition = MakeDefinition();
  ActionDefinition dunning = MakeAction("dunning", 50 * kPointPpb);
  dunning.cause = ChurnCause::kInvoluntary;
  definition.catalogue.actions.push_back(dunning);
  const Decision decision = Decide(definition);
  // Involuntary 1 % a period over 1 + 0.59: no more than 1.59 points can be saved.
  EXPECT_NEAR(static_cast<double>(Find(decision, "dunning").uplift->used_ppb), 15.9e6, 100);
  EXPECT_EQ(Find(decision, "dunning").uplift->mean_ppb, 50 * kPointPpb);
}

TEST(ArbitrationTest, ConditionsSayWhichOfThemFell) {
  CoreDefinition definition = MakeDefinition();
  ActionDefinition& nudge = definition.catalogue.actions[0];
  nudge.eligible = {{"profile.jurisdiction", ConditionOp::kIn, {"DE"}, {}}};
  nudge.applicable = {{"feature.usage", ConditionOp::kAtLeast, {}, {3, 0}}};
  nudge.suitable = {{"profile.vulnerable", ConditionOp::kAbsent, {}, {}}};
  const Decision decision = Decide(definition);
  EXPECT_THAT(Find(decision, "nudge").reasons,
              ElementsAre(Reason{ReasonCode::kNotEligible, "profile.jurisdiction"},
                          Reason{ReasonCode::kNotApplicable, "feature.usage"}));
  EXPECT_EQ(decision.verdict, DecisionVerdict::kBlocked);
}

TEST(ArbitrationTest, WithoutConsentNobodyIsContacted) {
  World world(MakeDefinition());
  const Decision decision = world.FailPayment(At(0, 12));
  EXPECT_EQ(decision.verdict, DecisionVerdict::kBlocked);
  EXPECT_THAT(CodesOf(Find(decision, "nudge")), ElementsAre(ReasonCode::kConsentMissing));
  EXPECT_THAT(world.StateOf().ledger.entries(), IsEmpty());
}

TEST(ArbitrationTest, AnOptOutHoldsFromTheNextDecisionOn) {
  World world(MakeDefinition());
  world.Consent(At(0));
  Signal opt_out =
      testing::MakeSignal("feedback.opt_out", At(1), {{"channel", std::string("email")}});
  opt_out.family = SignalFamily::kFeedback;
  world.Feed(opt_out, At(1));
  EXPECT_THAT(CodesOf(Find(world.FailPayment(At(2)), "nudge")),
              ElementsAre(ReasonCode::kConsentRefused));
}

TEST(ArbitrationTest, AKillSwitchStopsItsScope) {
  World world(MakeDefinition());
  world.Consent(At(0));
  Control control;
  control.revision = 7;
  control.switches = {{SwitchScope::kChannel, "email", "provider is down"}};
  world.wave.Use(*world.core, control);
  const Decision stopped = world.FailPayment(At(0, 12));
  EXPECT_THAT(Find(stopped, "nudge").reasons,
              ElementsAre(Reason{ReasonCode::kKillSwitch, "email"}));
  EXPECT_EQ(stopped.context_revision, 7U);
  world.wave.Use(*world.core, {});
  EXPECT_EQ(world.FailPayment(At(0, 13)).verdict, DecisionVerdict::kExecute);
}

TEST(ArbitrationTest, TheLevelSaysWhoActs) {
  const auto verdict_at = [](std::vector<AutonomyRule> rules) {
    CoreDefinition definition = MakeDefinition();
    definition.policy.autonomy = std::move(rules);
    return Decide(definition);
  };
  EXPECT_EQ(verdict_at({}).verdict, DecisionVerdict::kRecommend);
  EXPECT_EQ(verdict_at({{"retention", "", AutonomyLevel::kL1}}).verdict,
            DecisionVerdict::kRecommend);
  EXPECT_EQ(verdict_at({{"retention", "", AutonomyLevel::kL2}}).verdict, DecisionVerdict::kExecute);
  const Decision scored = verdict_at({{"retention", "", AutonomyLevel::kL0}});
  EXPECT_EQ(scored.verdict, DecisionVerdict::kBlocked);
  EXPECT_THAT(CodesOf(Find(scored, "nudge")), ElementsAre(ReasonCode::kScoreOnly));
}

TEST(ArbitrationTest, WhatBecomesOfARiskierActionIsDeclared) {
  CoreDefinition definition = MakeDefinition();
  definition.catalogue.actions[0].risk_class = RiskClass::kMedium;
  const auto verdict_by = [&definition](RiskHandling handling) {
    definition.policy.approvals.by_risk[1] = handling;
    const Decision decision = Decide(definition);
    EXPECT_TRUE(decision.action.has_value());
    return decision.verdict;
  };
  EXPECT_EQ(verdict_by(RiskHandling::kAsk), DecisionVerdict::kAskApproval);
  EXPECT_EQ(verdict_by(RiskHandling::kRecommend), DecisionVerdict::kRecommend);
  EXPECT_EQ(verdict_by(RiskHandling::kExecute), DecisionVerdict::kExecute);
}

TEST(ArbitrationTest, WorkForPeopleIsATask) {
  CoreDefinition definition = MakeDefinition();
  definition.catalogue.actions[0].treatments[0].channel = "task";
  World world(definition);  // No consent: calling is up to the person.
  EXPECT_EQ(world.FailPayment(At(0, 12)).verdict, DecisionVerdict::kTask);
}

TEST(ArbitrationTest, TheDecisionSaysWhatItWasMadeFrom) {
  const Decision decision = Decide(MakeDefinition());
  EXPECT_EQ(decision.decision_id.size(), 32U);
  EXPECT_EQ(decision.trigger.kind, TriggerKind::kSignal);
  EXPECT_EQ(decision.point, "payment");
  EXPECT_EQ(decision.decided, At(0, 12));
  EXPECT_EQ(decision.time_zone, "UTC");
  EXPECT_EQ(decision.time_zone_version, "2024a");
  ASSERT_EQ(decision.features.size(), 2U);
  EXPECT_EQ(decision.features[0].name, "failed_payments");
  EXPECT_EQ(decision.features[0].number, 1);
  EXPECT_EQ(decision.churn.hazards.size(), 2U);
  EXPECT_EQ(decision.arm, Arm::kTreated);
}

TEST(ArbitrationTest, EveryTotalIsTheSumOfItsParts) {
  CoreDefinition definition = MakeDefinition();
  for (int i = 0; i < 5; ++i) {
    ActionDefinition action = MakeAction("a" + std::to_string(i), i * 3 * kPointPpb);
    action.incentive = {.amount_micro = i * 777'777, .take_up_ppm = 333'333, .payments = i};
    action.fatigue_micro = 11 * i;
    definition.catalogue.actions.push_back(action);
  }
  for (const Candidate& candidate : Decide(definition).candidates) {
    EXPECT_EQ(candidate.ev_micro, candidate.ev.TotalMicro());
    EXPECT_LE(candidate.ev_low_micro, candidate.ev_high_micro);
  }
}

}  // namespace
}  // namespace evenkeel
