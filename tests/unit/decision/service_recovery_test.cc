#include "decision_builders.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace evenkeel {
namespace {

using testing::At;
using testing::Consents;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::kDayMs;
using testing::kEuroMicro;
using testing::kPointPpb;
using testing::MakeAction;
using testing::MakeDefinition;
using testing::MakeSignal;
using testing::World;

FeatureDefinition Tickets(std::string name, CaseReading reading) {
  FeatureDefinition feature{.name = std::move(name), .kind = FeatureKind::kOpenCases};
  feature.match.types = {"support.ticket_opened"};
  feature.cases = {.id = "ticket_id",
                   .closed_by = {.types = {"support.ticket_resolved"}, .fields = {}},
                   .due = "sla_due_time_ms",
                   .reading = reading};
  return feature;
}

ActionDefinition Remedy(std::string name, std::int64_t resolution_ppb) {
  ActionDefinition action = MakeAction(std::move(name), 0);
  action.domain = "service_recovery";
  action.contact_class = ContactClass::kRemedial;
  action.uplift.clear();
  action.resolution = {{.mean_ppb = resolution_ppb,
                        .low_ppb = resolution_ppb / 2,
                        .high_ppb = resolution_ppb + kPointPpb}};
  return action;
}

/// The small subscription business, with tickets: a case is opened when one is overdue, a call is
/// made when errors repeat.
CoreDefinition ServiceDefinition() {
  CoreDefinition definition = MakeDefinition();
  definition.features.push_back(Tickets("overdue", CaseReading::kOverdue));
  definition.features.push_back(Tickets("due_in", CaseReading::kDueIn));
  definition.features.push_back({.name = "errors",
                                 .kind = FeatureKind::kCount,
                                 .match = {.types = {"telemetry.error"}, .fields = {}},
                                 .window_ms = 14 * kDayMs});
  definition.policy.autonomy.push_back({"service_recovery", "", AutonomyLevel::kL2});
  Catalogue& catalogue = definition.catalogue;
  catalogue.value.resolution_micro = 10 * kEuroMicro;
  catalogue.service_recovery.signs = {
      {.name = "overdue", .feature = "overdue", .limit = {1, 0}},
      {.name = "sla_due", .feature = "due_in", .is_below = true, .limit = {3'600'000, 0}},
      {.name = "errors", .feature = "errors", .limit = {3, 0}}};
  catalogue.actions.push_back(Remedy("case", 20 * kPointPpb));
  catalogue.actions.back().answers = {"overdue", "sla_due"};
  catalogue.actions.push_back(Remedy("call", 30 * kPointPpb));
  catalogue.actions.back().answers = {"errors", "overdue"};
  catalogue.points.push_back(
      {.name = "sla", .on_due = {"overdue"}, .domains = {"service_recovery"}});
  catalogue.points.push_back({.name = "trouble",
                              .on_signal = {{.types = {"telemetry.error"}, .fields = {}}},
                              .domains = {"retention", "service_recovery"}});
  return definition;
}

Signal Opened(const std::string& ticket, TimeMs time, TimeMs due) {
  return MakeSignal("support.ticket_opened", time,
                    {{"sla_due_time_ms", due}, {"ticket_id", ticket}});
}

std::vector<std::string> Proposed(const Decision& decision) {
  std::vector<std::string> proposed;
  for (const Candidate& candidate : decision.candidates) {
    if (candidate.action != kNoActionName) {
      proposed.push_back(candidate.proposer + " " + candidate.action + " " + candidate.cause);
    }
  }
  return proposed;
}

class ServiceRecoveryTest : public ::testing::Test {
 protected:
  void Errors(int count, TimeMs now) {
    for (int i = 0; i < count; ++i) {
      world_.Feed(MakeSignal("telemetry.error", {now.value + i}), {now.value + i});
      world_.wave.Close();
    }
  }

  World world_{ServiceDefinition()};
};

TEST_F(ServiceRecoveryTest, AMissedDeadlineIsDecidedAboutWhenItPasses) {
  world_.Consent(At(0));
  world_.Feed(Opened("t1", At(0), At(0, 8)), At(0));
  world_.RunTimersUntil(At(0, 7));
  EXPECT_THAT(world_.list.decisions, IsEmpty());
  world_.RunTimersUntil(At(3));
  ASSERT_EQ(world_.list.decisions.size(), 1U);
  const Decision decision = world_.Last();
  EXPECT_EQ(decision.point, "sla");
  EXPECT_EQ(decision.decided, At(0, 8));
  EXPECT_EQ(decision.trigger.kind, TriggerKind::kTimer);
  EXPECT_THAT(Proposed(decision),
              ElementsAre("service_recovery/1 case overdue", "service_recovery/1 call overdue"));
  EXPECT_EQ(decision.verdict, DecisionVerdict::kExecute);
  EXPECT_EQ(decision.action->action, "call");
}

TEST_F(ServiceRecoveryTest, ASolvedTicketMissesNoDeadline) {
  world_.Feed(Opened("t1", At(0), At(0, 8)), At(0));
  world_.Feed(MakeSignal("support.ticket_resolved", At(0, 2), {{"ticket_id", std::string("t1")}}),
              At(0, 2));
  world_.RunTimersUntil(At(3));
  EXPECT_THAT(world_.list.decisions, IsEmpty());
}

TEST_F(ServiceRecoveryTest, TwoDeadlinesAtOneTimeAreTwoDecisionsWithIdsOfTheirOwn) {
  world_.Feed(Opened("t1", At(0), At(0, 8)), At(0));
  world_.RunTimersUntil(At(0, 9));
  world_.Feed(Opened("t2", At(0, 1), At(0, 8)), At(0, 10));  // It comes late.
  world_.RunTimersUntil(At(1));
  ASSERT_EQ(world_.list.decisions.size(), 2U);
  EXPECT_NE(world_.list.decisions[0].decision_id, world_.list.decisions[1].decision_id);
  EXPECT_EQ(world_.list.decisions[0].trigger.time, world_.list.decisions[1].trigger.time);
}

TEST_F(ServiceRecoveryTest, TheTimerIsInTheBytesOfTheState) {
  world_.Feed(Opened("t1", At(0), At(0, 8)), At(0));
  const auto timers_of = [&](const CustomerState& state) {
    std::vector<CustomerTimer> timers;
    state.TimersTo(timers);
    std::erase_if(timers, [](const auto& timer) { return !timer.name.starts_with(kDueTimer); });
    return timers;
  };
  CustomerState& state = world_.StateOf();
  LayoutSet layouts;
  layouts.Add(world_.core->layout());
  std::string bytes;
  state.EncodeTo(world_.core->layout(), bytes);
  const auto restored = CustomerState::Decode(bytes, layouts);
  ASSERT_TRUE(restored.ok());
  EXPECT_EQ(*restored, state);
  ASSERT_EQ(timers_of(*restored).size(), 1U);
  EXPECT_EQ(timers_of(*restored)[0].due, At(0, 8));
  world_.RunTimersUntil(At(0, 8));
  EXPECT_THAT(timers_of(state), IsEmpty());
  bytes.clear();
  state.EncodeTo(world_.core->layout(), bytes);
  EXPECT_LE(bytes.size(), static_cast<std::size_t>(state.bytes_bound));
}

TEST_F(ServiceRecoveryTest, BothDomainsAreWeighedAgainstEachOther) {
  world_.Consent(At(0));
  world_.FailPayment(At(0, 1));  // At risk: retention proposes, too.
  Errors(3, At(1));
  const Decision decision = world_.Last();
  EXPECT_EQ(decision.point, "trouble");
  EXPECT_THAT(Proposed(decision),
              ElementsAre("retention/1 nudge failed_payments", "service_recovery/1 call errors"));
  ASSERT_TRUE(decision.action);
  EXPECT_EQ(decision.action->action, "call") << "3.00 against 0.60";
  EXPECT_EQ(decision.action->domain, "service_recovery");
}

/// Below its limit, a sign of what is left shows; at the limit it does not.
TEST_F(ServiceRecoveryTest, ATicketThatIsDueSoonIsDecidedAboutBeforeItIsLate) {
  const std::string none = "retention/1 nudge ";
  const std::string soon = "service_recovery/1 case due_in";
  const struct {
    const char* name;
    std::int64_t left_ms;
    std::vector<std::string> proposed;
  } cases[] = {
      {"more time than the limit", 3'600'001, {none}},
      {"the limit itself", 3'600'000, {none}},
      {"less", 3'599'999, {none, soon}},
      {"a moment", 1, {none, soon}},
  };
  for (const auto& each : cases) {
    SCOPED_TRACE(each.name);
    World world{ServiceDefinition()};
    world.Feed(Opened("t1", At(0), {At(1).value + each.left_ms}), At(0));
    world.Feed(MakeSignal("telemetry.error", At(1)), At(1));
    world.wave.Close();
    ASSERT_EQ(world.list.decisions.size(), 1U);
    EXPECT_EQ(Proposed(world.Last()), each.proposed);
  }
}

TEST_F(ServiceRecoveryTest, ATicketWithoutAnAgreedTimeIsNotDueSoon) {
  world_.Feed(MakeSignal("support.ticket_opened", At(0), {{"ticket_id", std::string("t1")}}),
              At(0));
  Errors(1, At(1));
  EXPECT_THAT(Proposed(world_.Last()), ElementsAre("retention/1 nudge "));
}

TEST_F(ServiceRecoveryTest, BelowItsLimitNothingIsProposed) {
  Errors(2, At(1));
  EXPECT_THAT(Proposed(world_.Last()), ElementsAre("retention/1 nudge "));
  EXPECT_EQ(world_.Last().verdict, DecisionVerdict::kBlocked);
}

TEST_F(ServiceRecoveryTest, OutcomesAndTheirBasisAreInTheDecision) {
  world_.Consent(At(0));
  Errors(3, At(1));
  const Decision decision = world_.Last();
  const Candidate& call = decision.candidates[decision.chosen];
  EXPECT_FALSE(call.uplift);
  ASSERT_TRUE(call.resolution);
  EXPECT_EQ(call.resolution->basis, UpliftBasis::kAssumed);
  EXPECT_EQ(call.resolution->used_ppb, 30 * kPointPpb);
  EXPECT_EQ(call.ev.resolution, (EvPart{true, 3 * kEuroMicro}));
  EXPECT_FALSE(call.ev.survival.is_modelled);
  EXPECT_FALSE(call.ev.complaint.is_modelled);
  EXPECT_EQ(call.ev_micro, call.ev.TotalMicro());
  EXPECT_EQ(call.ev_low_micro, kEuroMicro * 3 / 2 - kEuroMicro / 10);
  EXPECT_EQ(call.ev_high_micro, 3'100'000 - kEuroMicro / 10);
}

TEST(ServiceRecoveryDefinitionTest, IsChecked) {
  struct Case {
    const char* where;
    std::function<void(Catalogue&)> spoil;
  };
  const Case cases[] = {
      {"catalogue.service_recovery.signs[0].feature",
       [](Catalogue& c) { c.service_recovery.signs[0].feature = "nothing"; }},
      {"catalogue.service_recovery.signs[2].limit",
       [](Catalogue& c) { c.service_recovery.signs[2].limit = {25, 1}; }},
      {"catalogue.actions[1].answers", [](Catalogue& c) { c.actions[1].answers = {"love"}; }},
      {"catalogue.actions[1].resolution",
       [](Catalogue& c) {
         c.value.resolution_micro.reset();
         c.actions.pop_back();
       }},
      {"catalogue.actions[1].complaint",
       [](Catalogue& c) { c.actions[1].complaint = c.actions[1].resolution; }},
      {"catalogue.actions[2].uplift", [](Catalogue& c) { c.actions[2].resolution.clear(); }},
      {"catalogue.points[1].on_due", [](Catalogue& c) { c.points[1].on_due = {"errors"}; }},
      {"catalogue.points[1].on_signal", [](Catalogue& c) { c.points[1].on_due.clear(); }},
      {"catalogue.points[1].domains", [](Catalogue& c) { c.points[1].domains = {"gossip"}; }},
  };
  for (const Case& one : cases) {
    CoreDefinition definition = ServiceDefinition();
    one.spoil(definition.catalogue);
    const std::vector<DefinitionProblem> problems = CheckDefinition(definition);
    ASSERT_EQ(problems.size(), 1U) << one.where;
    EXPECT_EQ(problems[0].where, one.where) << problems[0].problem;
  }
}

}  // namespace
}  // namespace evenkeel
