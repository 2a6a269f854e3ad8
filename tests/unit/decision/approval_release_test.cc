// What is checked before an action that a person said yes to goes out.

#include <functional>
#include <string>

#include "approval_builders.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace evenkeel {
namespace {

using testing::AskingWorld;
using testing::At;
using testing::FirstContact;
using testing::kHourMs;
using testing::MakeAskingDefinition;
using testing::MakeSignal;
using testing::ReasonsOf;
using ::testing::SizeIs;

struct Obstacle {
  std::string name;
  std::function<void(AskingWorld&)> raise;
  std::string reasons;
};

class ReleaseTest : public ::testing::TestWithParam<Obstacle> {};

TEST_P(ReleaseTest, IsCheckedOnTheStateAndThePolicyOfItsMoment) {
  AskingWorld world;
  const ApprovalRequest request = world.AskAt(At(0, 10));
  GetParam().raise(world);
  world.Answer(AskingWorld::Yes(request), At(0, 11));
  const Decision decision = world.Last();
  EXPECT_EQ(decision.verdict, DecisionVerdict::kNotReleased);
  EXPECT_EQ(ReasonsOf(decision), GetParam().reasons);
  EXPECT_EQ(decision.answer->approver, "ann");
  EXPECT_EQ(decision.request->state, ApprovalState::kNotReleased);
  EXPECT_EQ(decision.request->closed_reason,
            GetParam().reasons.substr(0, GetParam().reasons.find(' ')));
  EXPECT_EQ(FirstContact(world).state, ContactState::kReturned);
  EXPECT_TRUE(world.StateOf().approvals.open().empty());
}

Obstacle Switch(std::string name, KillSwitch kill) {
  return {std::move(name), [kill](AskingWorld& world) { world.Use(Control{.switches = {kill}}); },
          "kill_switch"};
}

Obstacle Bundle(std::string name, const std::function<void(CoreDefinition&)>& change,
                std::string reasons) {
  return {std::move(name),
          [change](AskingWorld& world) {
            CoreDefinition definition = MakeAskingDefinition();
            change(definition);
            world.Use(std::move(definition));
          },
          std::move(reasons)};
}

void OptOut(AskingWorld& world) {
  Signal signal = MakeSignal("feedback.opt_out", At(0, 10, 30));
  signal.family = SignalFamily::kFeedback;
  world.Feed(signal, At(0, 10, 30));
}

INSTANTIATE_TEST_SUITE_P(
    Obstacles, ReleaseTest,
    ::testing::Values(
        Switch("KillAll", {SwitchScope::kEverything, "", ""}),
        Switch("KillDomain", {SwitchScope::kDomain, "retention", ""}),
        Switch("KillAction", {SwitchScope::kAction, "credit", ""}),
        Switch("KillChannel", {SwitchScope::kChannel, "email", ""}),
        Switch("KillProposer", {SwitchScope::kProposer, "retention/1", ""}),
        Obstacle{"LevelLowered",
                 [](AskingWorld& world) {
                   world.Use(Control{.levels = {{"retention", "", AutonomyLevel::kL1}}});
                 },
                 "level_too_low"},
        Obstacle{"OptedOut", OptOut, "consent_refused"},
        Obstacle{"PausedByTheCustomer",
                 [](AskingWorld& world) {
                   ProfileUpdate update;
                   update.preferences.pause_until = At(0, 12);
                   Signal signal = MakeSignal("profile.update", At(0, 10, 30));
                   signal.family = SignalFamily::kProfile;
                   world.Feed(signal, At(0, 10, 30), update);
                 },
                 "paused"},
        Bundle(
            "CapsFull", [](CoreDefinition& d) { d.policy.caps[0].contacts_max = 0; }, "cap"),
        Bundle(
            "ValueGone",
            [](CoreDefinition& d) {
              UpliftPrior& prior = d.catalogue.actions[1].uplift[0];
              prior.low_ppb = prior.mean_ppb = 0;
            },
            "no_value"),
        Bundle(
            "ActionGone", [](CoreDefinition& d) { d.catalogue.actions.pop_back(); },
            "action_changed"),
        Bundle(
            "OtherAmount",
            [](CoreDefinition& d) { d.catalogue.actions[1].incentive.amount_micro += 1; },
            "action_changed"),
        Bundle(
            "OtherTemplate",
            [](CoreDefinition& d) { d.catalogue.actions[1].treatments[0].template_name = "t2"; },
            "action_changed"),
        Bundle(
            "OtherCurrency", [](CoreDefinition& d) { d.currency = Currency{{'U', 'S', 'D'}}; },
            "action_changed"),
        Bundle(
            "NoLongerApplicable",
            [](CoreDefinition& d) {
              d.catalogue.actions[1].applicable = {{.operand = "attribute.seats"}};
            },
            "not_applicable"),
        Bundle(
            "AnotherRoleIsWanted",
            [](CoreDefinition& d) { d.policy.approvals.role = "risk_officer"; },
            "role_not_allowed"),
        Bundle(
            "OnlyRecommended",
            [](CoreDefinition& d) { d.policy.approvals.by_risk[0] = RiskHandling::kRecommend; },
            "risk_class"),
        Bundle(
            "HeldOutByNow",
            [](CoreDefinition& d) {
              d.policy.holdout = {.share_ppm = 999'999,
                                  .rotating_ppm = 0,
                                  .epochs = {{TimeMs{0}, "salt-of-tests"}}};
            },
            "held_out")),
    [](const auto& each) { return each.param.name; });

TEST(ReleaseChecksTest, OthersContactsFillTheCapsItsOwnDoesNot) {
  AskingWorld world;
  const ApprovalRequest request = world.AskAt(At(0, 10));
  // Two in a week: the nudge is the second. With its own reservation counted there would be three.
  EXPECT_EQ(world.FailPayment(At(0, 11)).verdict, DecisionVerdict::kExecute);
  world.Answer(AskingWorld::Yes(request), At(0, 12));
  EXPECT_EQ(world.Last().verdict, DecisionVerdict::kReleased);
}

TEST(ReleaseChecksTest, ValueOfNothingAtAllIsEnoughForAPerson) {
  CoreDefinition definition = MakeAskingDefinition();
  AskingWorld world(definition);
  const ApprovalRequest request = world.AskAt(At(0, 10));
  ActionDefinition& credit = definition.catalogue.actions[1];
  credit.risk_micro = request.expected_value_micro;
  world.Use(definition);
  world.Answer(AskingWorld::Yes(request), At(0, 10));
  EXPECT_EQ(world.Last().candidates[1].ev_micro, 0);
  EXPECT_EQ(world.Last().verdict, DecisionVerdict::kReleased);
}

// --- held until the morning ---

class HeldTest : public ::testing::Test {
 protected:
  HeldTest() : request_(world_.AskAt(At(0, 19))) {
    world_.Answer(AskingWorld::Yes(request_), At(0, 22));
  }

  AskingWorld world_;
  const ApprovalRequest request_;
};

TEST_F(HeldTest, WaitsForTheMorningAndThenGoesOut) {
  const Decision held = world_.Last();
  EXPECT_EQ(held.verdict, DecisionVerdict::kHeld);
  EXPECT_EQ(ReasonsOf(held), "quiet_hours");
  EXPECT_EQ(held.next_look, At(1, 8));
  EXPECT_EQ(held.request->state, ApprovalState::kHeld);
  EXPECT_EQ(held.request->held_until, At(1, 8));
  EXPECT_EQ(held.request->approver, "ann");
  EXPECT_EQ(FirstContact(world_).from, At(1, 8));
  EXPECT_EQ(FirstContact(world_).by, At(1, 12));
  world_.RunTimersUntil(At(1, 7, 59));
  EXPECT_THAT(world_.list.decisions, SizeIs(2));
  world_.RunTimersUntil(At(1, 8));
  const Decision released = world_.Last();
  EXPECT_EQ(released.verdict, DecisionVerdict::kReleased);
  EXPECT_EQ(released.trigger.kind, TriggerKind::kTimer);
  EXPECT_EQ(released.answer->approver, "ann");
  EXPECT_EQ(released.answer->verdict_id, held.answer->verdict_id);
  EXPECT_EQ(released.action->action_id, request_.action_id);
  EXPECT_EQ(released.action->send_from, At(1, 8));
  world_.RunTimersUntil(At(3));
  EXPECT_THAT(world_.list.decisions, SizeIs(3));
}

TEST_F(HeldTest, IsCheckedAgainInTheMorning) {
  world_.Use(Control{.switches = {{SwitchScope::kChannel, "email", "outage"}}});
  world_.RunTimersUntil(At(1, 8));
  EXPECT_EQ(world_.Last().verdict, DecisionVerdict::kNotReleased);
  EXPECT_EQ(ReasonsOf(world_.Last()), "kill_switch");
}

TEST_F(HeldTest, IsAnsweredAlready) {
  world_.Answer(AskingWorld::No(request_), At(0, 23));
  EXPECT_EQ(world_.Last().verdict, DecisionVerdict::kNoEffect);
  world_.RunTimersUntil(At(1, 8));
  EXPECT_EQ(world_.Last().verdict, DecisionVerdict::kReleased);
}

TEST_F(HeldTest, DoesNotGoOutAfterItsEnd) {
  // The task stood still over the morning.
  const std::string timer = std::string(kApprovalTimer) + request_.approval_id;
  world_.wave.OnTimer(world_.StateOf(), CustomerId("ada"), timer, At(1, 8), At(2));
  world_.wave.Close();
  EXPECT_EQ(world_.Last().verdict, DecisionVerdict::kExpired);
  EXPECT_EQ(world_.Last().request->approver, "ann");
}

TEST_F(HeldTest, ComesBackFromItsBytesWhole) {
  std::string bytes;
  const CustomerState& state = world_.StateOf();
  state.EncodeTo(world_.core->layout(), bytes);
  LayoutSet layouts;
  layouts.Add(world_.core->layout());
  const Result<CustomerState> back = CustomerState::Decode(bytes, layouts);
  ASSERT_TRUE(back.ok()) << back.status().ToString();
  EXPECT_EQ(*back, state);
  EXPECT_LE(static_cast<std::int64_t>(bytes.size()), state.bytes_bound);
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
    EXPECT_FALSE(CustomerState::Decode(bytes.substr(0, cut), layouts).ok()) << cut;
  }
}

TEST(HeldTooLongTest, AMorningAfterTheEndIsNoMorning) {
  CoreDefinition definition = MakeAskingDefinition();
  definition.policy.approvals.expires_after_ms = 10 * kHourMs;
  AskingWorld world(std::move(definition));
  const ApprovalRequest request = world.AskAt(At(0, 18));
  world.Answer(AskingWorld::Yes(request), At(0, 22));
  EXPECT_EQ(world.Last().verdict, DecisionVerdict::kNotReleased);
  EXPECT_EQ(ReasonsOf(world.Last()), "quiet_hours");
}

}  // namespace
}  // namespace evenkeel
