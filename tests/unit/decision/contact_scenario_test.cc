#include <map>
#include <random>

#include "decision_builders.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace evenkeel {
namespace {

using testing::At;
using ::testing::ElementsAre;
using testing::FailedPayment;
using ::testing::IsEmpty;
using testing::kDayMs;
using testing::kHourMs;
using testing::kMinuteMs;
using testing::kPointPpb;
using testing::MakeAction;
using testing::MakeDefinition;
using testing::MakeSignal;
using ::testing::SizeIs;
using testing::World;

TEST(ContactScenarioTest, ACappedCustomerIsLookedAtAgainWhenTheCapLetsGo) {
  CoreDefinition definition = MakeDefinition();
  definition.policy.caps = {{.name = "weekly", .contacts_max = 1, .window_ms = 7 * kDayMs}};
  World world(definition);
  world.Consent(At(0));
  const Decision first = world.FailPayment(At(0, 12));
  world.Report(first.action->action_id, ReceiptStatus::kDone, At(0, 13));
  const Decision second = world.FailPayment(At(2));
  EXPECT_EQ(second.verdict, DecisionVerdict::kBlocked);
  EXPECT_EQ(second.candidates[1].next_eligible, At(7, 13));
  EXPECT_EQ(second.next_look, At(7, 13));
  world.RunTimersUntil(At(8));
  EXPECT_EQ(world.Last().decided, At(7, 13));
  EXPECT_EQ(world.Last().verdict, DecisionVerdict::kExecute);
}

TEST(ContactScenarioTest, AFailedContactMayBeMadeAgain) {
  CoreDefinition definition = MakeDefinition();
  definition.policy.caps = {{.name = "weekly", .contacts_max = 1, .window_ms = 7 * kDayMs}};
  World world(definition);
  world.Consent(At(0));
  const Decision first = world.FailPayment(At(0, 12));
  world.Report(first.action->action_id, ReceiptStatus::kFailed, At(0, 13));
  EXPECT_EQ(world.FailPayment(At(0, 14)).verdict, DecisionVerdict::kExecute);
}

TEST(ContactScenarioTest, InQuietHoursTheDecisionWaitsForTheMorningAfterTheClockChange) {
  constexpr TimeMs kSpringForward{1'711'846'800'000};  // 2024-03-31T01:00Z.
  CoreDefinition definition = MakeDefinition();
  definition.policy.time_zones.insert(
      definition.policy.time_zones.begin(),
      {.name = "Europe/Berlin",
       .version = "2024a",
       .transitions = {{TimeMs::Min(), 3600}, {kSpringForward, 7200}}});
  definition.policy.quiet_hours = {
      {.name = "night", .span = {.from_minute = 21 * 60, .to_minute = 8 * 60}}};
  World world(definition);
  const TimeMs evening{kSpringForward.value - 4 * kHourMs};  // 22:00 in Berlin.
  world.Consent(evening);
  ProfileUpdate zone;
  zone.time_zone = "Europe/Berlin";
  Signal move = MakeSignal("profile.update", evening);
  move.family = SignalFamily::kProfile;
  world.Feed(move, evening, zone);
  const Decision at_night = world.FailPayment(evening);
  EXPECT_EQ(at_night.verdict, DecisionVerdict::kBlocked);
  EXPECT_EQ(at_night.time_zone, "Europe/Berlin");
  const TimeMs morning{kSpringForward.value + 5 * kHourMs};  // 08:00 of the short night.
  EXPECT_EQ(at_night.next_look, morning);
  world.RunTimersUntil(morning);
  EXPECT_EQ(world.Last().verdict, DecisionVerdict::kExecute);
  EXPECT_EQ(world.Last().action->send_from, morning);
}

TEST(ContactScenarioTest, TheHeldOutAreDecidedAndNeverContacted) {
  CoreDefinition definition = MakeDefinition();
  definition.policy.holdout = {.share_ppm = 999'999, .epochs = {{At(0), "salt-for-tests"}}};
  definition.policy.caps = {{.name = "weekly", .contacts_max = 1, .window_ms = 7 * kDayMs}};
  World world(definition);
  world.Consent(At(0));
  const Decision ghost = world.FailPayment(At(0, 12));
  EXPECT_EQ(ghost.verdict, DecisionVerdict::kWithheld);
  EXPECT_EQ(ghost.arm, Arm::kHoldout);
  EXPECT_EQ(ghost.holdout_epoch, 0);
  ASSERT_TRUE(ghost.action.has_value());
  ASSERT_THAT(world.StateOf().ledger.entries(), SizeIs(1));
  EXPECT_EQ(world.StateOf().ledger.entries()[0].state, ContactState::kShadow);
  // The shadow ledger caps the ghosts as the real one would.
  EXPECT_EQ(world.FailPayment(At(1)).verdict, DecisionVerdict::kBlocked);
}

TEST(ContactScenarioTest, WhatIsExemptReachesTheHeldOutToo) {
  CoreDefinition definition = MakeDefinition();
  definition.policy.holdout = {.share_ppm = 999'999, .epochs = {{At(0), "salt-for-tests"}}};
  definition.catalogue.actions[0].contact_class = ContactClass::kTransactional;
  World world(definition);
  world.Consent(At(0));
  EXPECT_EQ(world.FailPayment(At(0, 12)).verdict, DecisionVerdict::kExecute);
}

TEST(ContactScenarioTest, ARecommendationUsesNothingUp) {
  CoreDefinition definition = MakeDefinition();
  definition.policy.autonomy.clear();
  World world(definition);
  world.Consent(At(0));
  EXPECT_EQ(world.FailPayment(At(0, 12)).verdict, DecisionVerdict::kRecommend);
  EXPECT_THAT(world.StateOf().ledger.entries(), IsEmpty());
}

TEST(ContactScenarioTest, AWithheldRecommendationUsesNothingUpEither) {
  CoreDefinition definition = MakeDefinition();
  definition.policy.autonomy.clear();
  definition.policy.holdout = {.share_ppm = 999'999, .epochs = {{At(0), "salt-for-tests"}}};
  World world(definition);
  world.Consent(At(0));
  EXPECT_EQ(world.FailPayment(At(0, 12)).verdict, DecisionVerdict::kWithheld);
  EXPECT_THAT(world.StateOf().ledger.entries(), IsEmpty());
}

TEST(ContactScenarioTest, TwoPointsOfOneSignalSeeEachOthersReservations) {
  CoreDefinition definition = MakeDefinition();
  definition.policy.caps = {{.name = "one", .contacts_max = 1, .window_ms = kDayMs}};
  definition.catalogue.points.push_back(definition.catalogue.points[0]);
  definition.catalogue.points[1].name = "again";
  World world(definition);
  world.Consent(At(0));
  world.Feed(FailedPayment(At(0, 12)), At(0, 12));
  world.wave.Close();
  ASSERT_THAT(world.list.decisions, SizeIs(2));
  EXPECT_EQ(world.list.decisions[0].verdict, DecisionVerdict::kExecute);
  EXPECT_EQ(world.list.decisions[1].verdict, DecisionVerdict::kBlocked);
  EXPECT_EQ(world.list.decisions[1].ordinal, 1U);
}

/// Random customers with caps, quiet hours and a holdout; an executor that answers now and then.
class ContactPropertyTest : public ::testing::Test {
 protected:
  std::int64_t Below(std::int64_t n) {
    return static_cast<std::int64_t>(rng_() % static_cast<std::uint32_t>(n));
  }

  CoreDefinition Definition() {
    CoreDefinition definition = MakeDefinition();
    definition.policy.caps = {{.name = "two_in_three", .contacts_max = 2, .window_ms = 3 * kDayMs}};
    definition.policy.cool_downs = {{.name = "same", .pause_ms = 20 * kHourMs}};
    definition.policy.quiet_hours = {
        {.name = "night", .span = {.from_minute = 20 * 60, .to_minute = 9 * 60}}};
    definition.policy.holdout = {.share_ppm = 300'000, .epochs = {{At(0), "salt-for-tests"}}};
    definition.policy.receipt_grace_ms = 6 * kHourMs;
    ActionDefinition push = MakeAction("push_tip", 3 * kPointPpb);
    push.treatments[0].channel = "push";
    definition.catalogue.actions.push_back(push);
    definition.catalogue.points[0].every_ms = 5 * kDayMs;
    return definition;
  }

  std::uint32_t seed_ =
      static_cast<std::uint32_t>(::testing::UnitTest::GetInstance()->random_seed());
  ::testing::ScopedTrace trace_{__FILE__, __LINE__,
                                ::testing::Message() << "--gtest_random_seed=" << seed_};
  std::mt19937 rng_{seed_};
};

TEST_F(ContactPropertyTest, NoHistoryBreaksAPromise) {
  World world(Definition());
  std::map<std::string, std::vector<TimeMs>> sent;
  std::vector<std::pair<TimeMs, Decision>> underway;
  std::size_t handled = 0;
  TimeMs now = At(0);
  const auto execute_new = [&] {
    world.wave.Close();
    for (; handled < world.list.decisions.size(); ++handled) {
      const Decision& decision = world.list.decisions[handled];
      if (decision.verdict != DecisionVerdict::kExecute) continue;
      ASSERT_EQ(decision.arm, Arm::kTreated);
      const std::int64_t window = (decision.action->send_by - decision.action->send_from).count();
      underway.emplace_back(TimeMs{decision.action->send_from.value + Below(window)}, decision);
    }
  };
  for (int i = 0; i < 20; ++i) world.Consent(At(0), "c" + std::to_string(i));
  for (int step = 0; step < 3000; ++step) {
    now.value += Below(60) * kMinuteMs;
    const std::string customer = "c" + std::to_string(Below(20));
    for (int i = 0; i < 20; ++i) world.RunTimersUntil(now, "c" + std::to_string(i));
    execute_new();
    std::erase_if(underway, [&](const auto& contact) {
      const auto& [when, decision] = contact;
      const bool is_late = now.value > when.value + 4 * kHourMs;  // Within the grace, always.
      if (when > now || (!is_late && Below(2) == 0)) return false;
      const bool is_done = Below(5) != 0;
      const std::string who = decision.customer.value();
      Signal receipt = MakeSignal("receipt", now, {}, who);
      receipt.family = SignalFamily::kReceipt;
      world.Feed(receipt, now,
                 Receipt{.action_id = decision.action->action_id,
                         .status = is_done ? ReceiptStatus::kDone : ReceiptStatus::kFailed,
                         .occurred = when});
      if (is_done) sent[who].push_back(when);
      return true;
    });
    world.Feed(FailedPayment(now, customer), now);
    execute_new();
  }
  std::size_t contacts = 0;
  for (const auto& [customer, times] : sent) {
    contacts += times.size();
    for (const TimeMs start : times) {
      const auto in_window = std::count_if(times.begin(), times.end(), [&](TimeMs time) {
        return time >= start && time.value < start.value + 3 * kDayMs;
      });
      ASSERT_LE(in_window, 2) << customer;
      const std::int64_t minute = start.value / kMinuteMs % 1440;
      ASSERT_TRUE(minute >= 9 * 60 && minute < 20 * 60) << customer;
    }
  }
  EXPECT_GT(contacts, 50U);  // Or nothing was put to the test.
}

// Goal: a wave decides as one-at-a-time does. Method: the same inputs, closed after each or never.
TEST_F(ContactPropertyTest, AWaveDecidesAsOneAtATimeDoes) {
  for (int round = 0; round < 20; ++round) {
    World one(Definition());
    World batch(Definition());
    TimeMs now = At(0);
    for (int step = 0; step < 200; ++step) {
      now.value += Below(300) * kMinuteMs;
      const std::string customer = "c" + std::to_string(Below(8));
      Signal signal = FailedPayment(now, customer);
      SignalPayload payload;
      const std::int64_t kind = Below(6);
      if (kind == 0) {
        signal = MakeSignal("profile.update", now, {}, customer);
        signal.family = SignalFamily::kProfile;
        payload = testing::Consents(now);
      } else if (kind == 1) {
        signal = MakeSignal("feedback.opt_out", now, {{"channel", std::string("push")}}, customer);
        signal.family = SignalFamily::kFeedback;
      } else if (kind == 2) {
        signal = MakeSignal("usage.session", now, {}, customer);
      }
      one.Feed(signal, now, payload);
      one.wave.Close();
      batch.Feed(signal, now, payload);
    }
    batch.wave.Close();
    ASSERT_EQ(one.list.decisions, batch.list.decisions);
    for (const auto& [customer, state] : one.states) {
      ASSERT_EQ(*state, batch.StateOf(customer));
    }
    ASSERT_GT(one.list.decisions.size(), 50U);
  }
}

class ContactLimitTest : public ContactPropertyTest,
                         public ::testing::WithParamInterface<std::int64_t> {};

// Goal: nothing hides in memory, not even how much room there is left. Method: every state goes
// through its bytes after every step.
TEST_P(ContactLimitTest, DecidesTheSameFromBytes) {
  World kept(Definition(), {.bytes_max = GetParam()});
  World reloaded(Definition(), {.bytes_max = GetParam()});
  LayoutSet layouts;
  layouts.Add(reloaded.core->layout());
  const auto reload = [&](const std::string& customer) {
    CustomerState& state = reloaded.StateOf(customer);
    std::string bytes;
    state.EncodeTo(reloaded.core->layout(), bytes);
    const std::int64_t bound = state.bytes_bound;
    state = *CustomerState::Decode(bytes, layouts);
    // So what one lets pass unmeasured, the other lets pass, too.
    EXPECT_GE(bound, state.bytes_bound);
    EXPECT_GE(state.bytes_bound, static_cast<std::int64_t>(bytes.size()));
  };
  TimeMs now = At(0);
  int refused = 0;
  for (int i = 0; i < 5; ++i) {
    kept.Consent(At(0), "c" + std::to_string(i));
  }
  for (auto& [customer, state] : kept.states) {
    std::string bytes;
    state->EncodeTo(kept.core->layout(), bytes);
    reloaded.StateOf(customer) = *CustomerState::Decode(bytes, layouts);
  }
  for (int step = 0; step < 400; ++step) {
    now.value += Below(300) * kMinuteMs;
    const std::string customer = "c" + std::to_string(Below(5));
    kept.RunTimersUntil(now, customer);
    reloaded.RunTimersUntil(now, customer);
    reload(customer);
    const Signal signal = FailedPayment(now, customer);
    const ObservedKind kind = kept.Feed(signal, now).kind;
    ASSERT_EQ(reloaded.Feed(signal, now).kind, kind);
    if (kind == ObservedKind::kBadInput) ++refused;
    kept.wave.Close();
    reloaded.wave.Close();
    reload(customer);
    ASSERT_EQ(kept.StateOf(customer), reloaded.StateOf(customer));
  }
  ASSERT_EQ(kept.list.decisions, reloaded.list.decisions);
  EXPECT_EQ(refused > 0, GetParam() < 64 * 1024) << refused;
  EXPECT_LT(refused, 400);
}

INSTANTIATE_TEST_SUITE_P(Limits, ContactLimitTest,
                         ::testing::Values(700, 900, 1100, 1300, 1500, 64 * 1024));

}  // namespace
}  // namespace evenkeel
