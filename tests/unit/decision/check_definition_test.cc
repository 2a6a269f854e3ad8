#include "decision_builders.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace evenkeel {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::MakeAction;
using testing::MakeDefinition;

std::vector<std::string> WhereOf(const CoreDefinition& definition) {
  std::vector<std::string> where;
  for (const DefinitionProblem& problem : CheckDefinition(definition)) {
    EXPECT_FALSE(problem.problem.empty());
    where.push_back(problem.where);
  }
  return where;
}

TEST(CheckDefinitionTest, ASoundDefinitionHasNoProblems) {
  EXPECT_THAT(WhereOf(MakeDefinition()), IsEmpty());
}

TEST(CheckDefinitionTest, NamesEveryPlace) {
  CoreDefinition definition = MakeDefinition();
  definition.currency = {};
  definition.duplicates.ids_max = -1;
  definition.policy.caps = {{.name = "x", .contacts_max = -1, .window_ms = 1}};
  definition.scorecard.golden[0].churn_ppb = 1;
  ActionDefinition& action = definition.catalogue.actions[0];
  action.domain = "expansion";
  action.purpose.clear();
  action.eligible = {{"feature.none", ConditionOp::kPresent, {}, {}}};
  action.uplift[0].low_ppb = action.uplift[0].mean_ppb + 1;
  action.uplift[0].segment = "nowhere";
  action.treatments[0].send_window_ms = 1;
  definition.catalogue.actions.push_back(MakeAction("nudge", 0));
  definition.catalogue.points[0].direction = Direction::kInbound;
  definition.catalogue.points[0].domains = {"expansion"};
  EXPECT_THAT(
      WhereOf(definition),
      ElementsAre("currency", "duplicates.ids_max", "policy.caps[0].contacts_max",
                  "scorecard.golden[0].churn_ppb", "catalogue.actions[0].domain",
                  "catalogue.actions[0].purpose", "catalogue.actions[0].eligible[0].operand",
                  "catalogue.actions[0].uplift[0].segment",
                  "catalogue.actions[0].uplift[0].low_ppb",
                  "catalogue.actions[0].treatments[0].send_window_ms", "catalogue.actions[1].name",
                  "catalogue.points[0].direction", "catalogue.points[0].domains"));
}

TEST(CheckDefinitionTest, CreateRefusesWithTheFirstProblem) {
  CoreDefinition definition = MakeDefinition();
  definition.features[0].window_ms = 17;
  const auto core = DecisionCore::Create(definition, {});
  ASSERT_FALSE(core.ok());
  EXPECT_THAT(core.status().message(), ::testing::StartsWith("features[0].window_ms: 17 ms"));
}

}  // namespace
}  // namespace evenkeel
