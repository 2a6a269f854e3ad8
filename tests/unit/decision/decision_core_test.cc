#include "evenkeel/decision/decision_core.h"

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
using testing::MakeDefinition;
using testing::MakeSignal;
using ::testing::SizeIs;
using testing::World;

std::string BytesOf(const World& world, const CustomerState& state) {
  std::string bytes;
  state.EncodeTo(world.core->layout(), bytes);
  return bytes;
}

std::vector<CustomerTimer> TimersOf(const CustomerState& state) {
  std::vector<CustomerTimer> timers;
  state.TimersTo(timers);
  return timers;
}

TEST(DecisionCoreTest, ARepeatIsDroppedAndDecidesNothing) {
  World world(MakeDefinition());
  const Signal signal = FailedPayment(At(0));
  EXPECT_EQ(world.Feed(signal, At(0)).kind, ObservedKind::kApplied);
  EXPECT_EQ(world.Feed(signal, At(0)).kind, ObservedKind::kRepeat);
  world.wave.Close();
  EXPECT_THAT(world.list.decisions, SizeIs(1));
  EXPECT_EQ(world.StateOf().counts.repeats, 1U);
}

TEST(DecisionCoreTest, TheSameIdWithOtherContentIsBadInputAndChangesNothing) {
  World world(MakeDefinition());
  Signal signal = FailedPayment(At(0));
  world.Feed(signal, At(0));
  world.wave.Close();
  const std::string before = BytesOf(world, world.StateOf());
  signal.content_hash ^= 1;
  const Observed observed = world.Feed(signal, At(0));
  EXPECT_EQ(observed.kind, ObservedKind::kBadInput);
  EXPECT_EQ(observed.problem.code, BadInputCode::kIdReused);
  EXPECT_EQ(BytesOf(world, world.StateOf()), before);
}

TEST(DecisionCoreTest, PastTheHorizonARepeatCountsAndIsCountedAsSuch) {
  CoreDefinition definition = MakeDefinition();
  definition.duplicates = {.horizon_ms = kDayMs, .ids_max = 10};
  World world(definition);
  const Signal old = MakeSignal("usage.session", At(0));
  world.Feed(old, At(0));
  world.Feed(MakeSignal("usage.session", At(5)), At(5));
  EXPECT_TRUE(world.Feed(old, At(5)).is_past_horizon);
  EXPECT_EQ(world.StateOf().counts, (SignalCounts{3, 0, 1}));
}

TEST(DecisionCoreTest, AnOldSignalUpdatesStateAndDecidesNothing) {
  World world(MakeDefinition());
  const Observed observed = world.Feed(FailedPayment(At(0)), {At(1).value + 1});
  EXPECT_TRUE(observed.is_too_old);
  EXPECT_THAT(observed.requests, IsEmpty());
  EXPECT_EQ(world.StateOf().counts.applied, 1U);
}

TEST(DecisionCoreTest, ATriggerWithinTheMinimumIntervalWaitsForItsEnd) {
  CoreDefinition definition = MakeDefinition();
  definition.catalogue.points[0].min_interval_ms = 6 * kHourMs;
  World world(definition);
  world.FailPayment(At(0, 1));
  EXPECT_THAT(world.Feed(FailedPayment(At(0, 2)), At(0, 2)).requests, IsEmpty());
  EXPECT_THAT(world.Feed(FailedPayment(At(0, 3)), At(0, 3)).requests, IsEmpty());
  ASSERT_THAT(TimersOf(world.StateOf()), SizeIs(1));
  EXPECT_EQ(TimersOf(world.StateOf())[0].due, At(0, 7));
  EXPECT_EQ(TimersOf(world.StateOf())[0].name, "decide:payment");
  world.RunTimersUntil(At(2));
  ASSERT_THAT(world.list.decisions, SizeIs(2));
  EXPECT_EQ(world.Last().decided, At(0, 7));
  EXPECT_EQ(world.Last().trigger.kind, TriggerKind::kTimer);
  EXPECT_THAT(TimersOf(world.StateOf()), IsEmpty());
}

TEST(DecisionCoreTest, APeriodicPointDecidesOnceAPeriod) {
  CoreDefinition definition = MakeDefinition();
  definition.catalogue.points[0].on_signal.clear();
  definition.catalogue.points[0].every_ms = kDayMs;
  World world(definition);
  world.Feed(MakeSignal("usage.session", At(0)), At(0));
  world.RunTimersUntil(At(10));
  EXPECT_THAT(world.list.decisions, SizeIs(10));
}

TEST(DecisionCoreTest, PeriodsThatPassedUnattendedAreNotMadeUpFor) {
  CoreDefinition definition = MakeDefinition();
  definition.catalogue.points[0].on_signal.clear();
  definition.catalogue.points[0].every_ms = kDayMs;
  World world(definition);
  world.Feed(MakeSignal("usage.session", At(0)), At(0));
  const CustomerTimer timer = TimersOf(world.StateOf())[0];
  world.wave.OnTimer(world.StateOf(), CustomerId("ada"), timer.name, timer.due, At(30));
  const TimeMs next = TimersOf(world.StateOf())[0].due;
  EXPECT_GT(next, At(30));
  EXPECT_LE(next, At(31));
  EXPECT_EQ((next - timer.due).count() % kDayMs, 0);
}

TEST(DecisionCoreTest, CustomersOfOneLoadAreSpreadOverThePeriod) {
  CoreDefinition definition = MakeDefinition();
  definition.catalogue.points[0].every_ms = kDayMs;
  World world(definition);
  TimeMs first = TimeMs::Max();
  TimeMs last = TimeMs::Min();
  for (int i = 0; i < 50; ++i) {
    const std::string customer = "c" + std::to_string(i);
    world.Feed(MakeSignal("usage.session", At(0), {}, customer), At(0));
    const TimeMs due = TimersOf(world.StateOf(customer))[0].due;
    first = std::min(first, due);
    last = std::max(last, due);
  }
  EXPECT_GT((last - first).count(), 18 * kHourMs);
  EXPECT_LE(last, At(1));
}

TEST(DecisionCoreTest, ATimerOfAPointThatIsNoMoreGoesAway) {
  World world(MakeDefinition());
  world.StateOf().PointOf("gone").wake = At(1);
  world.RunTimersUntil(At(2));
  EXPECT_THAT(TimersOf(world.StateOf()), IsEmpty());
  EXPECT_THAT(world.list.decisions, IsEmpty());
}

TEST(DecisionCoreTest, AReservationIsSettledByItsReceipt) {
  World world(MakeDefinition());
  world.Consent(At(0));
  const Decision decision = world.FailPayment(At(0, 12));
  ASSERT_THAT(world.StateOf().ledger.entries(), SizeIs(1));
  EXPECT_EQ(world.StateOf().ledger.entries()[0].state, ContactState::kReserved);
  const Observed observed =
      world.Report(decision.action->action_id, ReceiptStatus::kDone, At(0, 13));
  EXPECT_EQ(observed.settlement, Settlement::kSettled);
  EXPECT_EQ(world.StateOf().ledger.entries()[0].from, At(0, 13));
  EXPECT_THAT(TimersOf(world.StateOf()), IsEmpty());
}

TEST(DecisionCoreTest, AReservationWithoutAReceiptIsReturnedByItsTimer) {
  World world(MakeDefinition());
  world.Consent(At(0));
  world.FailPayment(At(0, 12));
  ASSERT_THAT(TimersOf(world.StateOf()), SizeIs(1));
  EXPECT_EQ(TimersOf(world.StateOf())[0].name, "return");
  EXPECT_EQ(TimersOf(world.StateOf())[0].due, At(1, 16));
  world.RunTimersUntil(At(3));
  EXPECT_EQ(world.StateOf().ledger.entries()[0].state, ContactState::kReturned);
}

TEST(DecisionCoreTest, AReceiptWithoutAnActionIdIsBadInput) {
  World world(MakeDefinition());
  EXPECT_EQ(world.Report("not-an-id", ReceiptStatus::kDone, At(0)).problem.code,
            BadInputCode::kMalformed);
  EXPECT_EQ(world.Report(std::string(32, 'a'), ReceiptStatus::kDone, At(0)).settlement,
            Settlement::kUnknownAction);
}

TEST(DecisionCoreTest, ForgettingLeavesNothing) {
  World world(MakeDefinition());
  world.Consent(At(0));
  world.FailPayment(At(0, 12));
  Signal forget = MakeSignal("forget", At(1));
  forget.family = SignalFamily::kForget;
  EXPECT_EQ(world.Feed(forget, At(1), Forget{}).kind, ObservedKind::kForgotten);
  EXPECT_EQ(world.StateOf(), world.core->NewState());
  EXPECT_THAT(TimersOf(world.StateOf()), IsEmpty());
}

TEST(DecisionCoreTest, ContactsOfAnAccountAreCountedAndUnused) {
  World world(MakeDefinition());
  ProfileUpdate account;
  account.kind = CustomerKind::kAccount;
  account.contacts = {{.id = "a"}, {.id = "b"}};
  Signal signal = MakeSignal("profile.update", At(0));
  signal.family = SignalFamily::kProfile;
  EXPECT_EQ(world.Feed(signal, At(0), account).contacts_unused, 2);
  EXPECT_EQ(world.StateOf().profile.kind(), CustomerKind::kAccount);
}

TEST(DecisionCoreTest, AStateAtItsLimitTakesOptOutsOnly) {
  CoreDefinition definition = MakeDefinition();
  definition.duplicates.ids_max = 1000;
  World world(definition, {.bytes_max = 4096});
  Observed observed;
  int taken = 0;
  for (; taken < 1000; ++taken) {
    observed = world.Feed(MakeSignal("usage.session", At(0)), At(0));
    if (observed.kind == ObservedKind::kBadInput) break;
  }
  EXPECT_EQ(observed.problem.code, BadInputCode::kStateTooLarge);
  EXPECT_GT(taken, 80);
  EXPECT_LE(BytesOf(world, world.StateOf()).size(), 4096U);
  Signal opt_out = MakeSignal("feedback.opt_out", At(0));
  opt_out.family = SignalFamily::kFeedback;
  EXPECT_EQ(world.Feed(opt_out, At(0)).kind, ObservedKind::kApplied);
  EXPECT_EQ(world.StateOf().profile.ConsentFor("marketing", "email", At(1)),
            ConsentAnswer::kRefused);
  EXPECT_EQ(world.Report(std::string(32, 'a'), ReceiptStatus::kDone, At(0)).kind,
            ObservedKind::kApplied);
}

TEST(DecisionCoreTest, AStateIsReadByTheLayoutItWasWrittenIn) {
  World world(MakeDefinition());
  world.Consent(At(0));
  world.FailPayment(At(0, 12));
  LayoutSet layouts;
  layouts.Add(*DecodeLayout(EncodeLayout(world.core->layout())));
  const std::string bytes = BytesOf(world, world.StateOf());
  Result<CustomerState> again = CustomerState::Decode(bytes, layouts);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(*again, world.StateOf());
  EXPECT_EQ(CustomerState::Decode(bytes, LayoutSet()).status().code(), StatusCode::kDataLoss);
  EXPECT_FALSE(CustomerState::Decode("", layouts).ok());
  EXPECT_FALSE(CustomerState::Decode(bytes + "x", layouts).ok());
}

TEST(DecisionCoreTest, AnotherBundleAdoptsTheState) {
  World world(MakeDefinition());
  world.Feed(FailedPayment(At(0)), At(0));
  world.wave.Close();
  CoreDefinition next = MakeDefinition();
  next.features.push_back({.name = "tickets",
                           .kind = FeatureKind::kCount,
                           .match = {.types = {"support.*"}, .fields = {}}});
  const auto core = *DecisionCore::Create(next, {});
  LayoutSet layouts;
  layouts.Add(world.core->layout());
  layouts.Add(core->layout());
  CustomerState& state = world.StateOf();
  core->Adopt(state, layouts, At(1));
  EXPECT_EQ(state.layout_id, core->layout().id);
  PendingDecision pending{.state = &state, .request = {.now = At(1)}};
  core->Score(pending);
  EXPECT_EQ(pending.values[*core->features().Find("failed_payments")].number, 1);
  EXPECT_EQ(pending.values[*core->features().Find("tickets")].number, 0);
}

TEST(DecisionIdsTest, DependOnAllThatMakesADecisionItsOwn) {
  const Trigger signal{TriggerKind::kSignal, "crm", "1", At(0)};
  const std::string id = DecisionIdOf({"prod", 1}, "ada", signal, "p", 0);
  EXPECT_EQ(id, DecisionIdOf({"prod", 1}, "ada", signal, "p", 0));
  EXPECT_NE(id, DecisionIdOf({"uat", 1}, "ada", signal, "p", 0));
  EXPECT_NE(id, DecisionIdOf({"prod", 2}, "ada", signal, "p", 0));
  EXPECT_NE(id, DecisionIdOf({"prod", 1}, "bob", signal, "p", 0));
  EXPECT_NE(id, DecisionIdOf({"prod", 1}, "ada", signal, "q", 0));
  EXPECT_NE(id, DecisionIdOf({"prod", 1}, "ada", signal, "p", 1));
  const Trigger timer{TriggerKind::kTimer, "crm", "1", At(0)};
  const Trigger later{TriggerKind::kTimer, "crm", "1", At(1)};
  EXPECT_NE(id, DecisionIdOf({"prod", 1}, "ada", timer, "p", 0));
  EXPECT_NE(DecisionIdOf({"prod", 1}, "ada", timer, "p", 0),
            DecisionIdOf({"prod", 1}, "ada", later, "p", 0));
  EXPECT_NE(ActionIdOf(id, 0), ActionIdOf(id, 1));
  EXPECT_EQ(ParseActionId("00ff" + std::string(28, '1'))->at(1), 255);
  EXPECT_FALSE(ParseActionId("00FF" + std::string(28, '1')).has_value());
}

}  // namespace
}  // namespace evenkeel
