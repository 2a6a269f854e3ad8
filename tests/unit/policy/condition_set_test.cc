#include "evenkeel/policy/condition_set.h"

#include "policy_builders.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace evenkeel {
namespace {

using testing::At;

class ConditionSetTest : public ::testing::Test {
 protected:
  ConditionSetTest() : features_(Definitions()), values_(features_.size()) {
    values_[*features_.Find("spend")] = {false, 12'345, {}};
    ProfileUpdate update;
    update.segment = "gold";
    update.is_vulnerable = false;
    update.attributes = {{"seats", std::int64_t{5}}, {"tier", std::string("a1")}};
    profile_.Apply(update, {At(0), 1});
    churn_.churn_ppb = 250'000'000;
    churn_.hazards = {{.cause = ChurnCause::kVoluntary, .churn_ppb = 250'000'000}};
  }

  static std::vector<FeatureDefinition> Definitions() {
    FeatureDefinition spend{.name = "spend",
                            .kind = FeatureKind::kSum,
                            .match = {.types = {"x.y"}, .fields = {}},
                            .value = {.field = "v", .scale = 2},
                            .scale = 2};
    FeatureDefinition plan{.name = "plan",
                           .kind = FeatureKind::kLast,
                           .match = {.types = {"x.y"}, .fields = {}},
                           .value = {.field = "p"},
                           .is_symbol = true};
    return {spend, plan};
  }

  bool Holds(Condition condition) {
    EXPECT_TRUE(CheckConditions({condition}, features_).empty()) << condition.operand;
    return ConditionSet({condition}, features_)
        .FirstFailing({.features = values_, .churn = churn_, .profile = profile_})
        .empty();
  }

  FeatureSet features_;
  std::vector<FeatureValue> values_;
  CustomerProfile profile_;
  ChurnScore churn_;
};

TEST_F(ConditionSetTest, ComparesNumbersInTheFeaturesUnit) {
  EXPECT_TRUE(Holds({"feature.spend", ConditionOp::kAtLeast, {}, {123, 0}}));
  EXPECT_FALSE(Holds({"feature.spend", ConditionOp::kAtLeast, {}, {12346, 2}}));
  EXPECT_TRUE(Holds({"feature.spend", ConditionOp::kBelow, {}, {1235, 1}}));
  EXPECT_TRUE(Holds({"churn.total", ConditionOp::kAtLeast, {}, {25, 2}}));
  EXPECT_FALSE(Holds({"churn.voluntary", ConditionOp::kBelow, {}, {25, 2}}));
}

TEST_F(ConditionSetTest, WhatIsNotKnownFailsAllButAbsent) {
  EXPECT_FALSE(Holds({"churn.involuntary", ConditionOp::kBelow, {}, {1, 0}}));
  EXPECT_FALSE(Holds({"feature.plan", ConditionOp::kNotIn, {"pro"}, {}}));
  EXPECT_FALSE(Holds({"profile.jurisdiction", ConditionOp::kNotIn, {"US"}, {}}));
  EXPECT_TRUE(Holds({"feature.plan", ConditionOp::kAbsent, {}, {}}));
  EXPECT_FALSE(Holds({"attribute.colour", ConditionOp::kPresent, {}, {}}));
}

TEST_F(ConditionSetTest, ComparesTexts) {
  EXPECT_TRUE(Holds({"profile.segment", ConditionOp::kIn, {"silver", "gold"}, {}}));
  EXPECT_TRUE(Holds({"profile.vulnerable", ConditionOp::kIn, {"false"}, {}}));
  EXPECT_TRUE(Holds({"profile.kind", ConditionOp::kIn, {"person"}, {}}));
  EXPECT_TRUE(Holds({"attribute.tier", ConditionOp::kPrefix, {"a"}, {}}));
  EXPECT_FALSE(Holds({"attribute.tier", ConditionOp::kAtLeast, {}, {0, 0}}));
  EXPECT_TRUE(Holds({"attribute.seats", ConditionOp::kAtLeast, {}, {5, 0}}));
}

TEST_F(ConditionSetTest, NamesWhatIsWrong) {
  const auto problems = CheckConditions({{"feature.nothing", ConditionOp::kPresent, {}, {}},
                                         {"feature.spend", ConditionOp::kIn, {"x"}, {}},
                                         {"profile.segment", ConditionOp::kBelow, {}, {}},
                                         {"feature.spend", ConditionOp::kBelow, {}, {1, 3}}},
                                        features_);
  std::vector<std::string> where;
  for (const DefinitionProblem& problem : problems) where.push_back(problem.where);
  EXPECT_THAT(where, ::testing::ElementsAre("[0].operand", "[1].op", "[2].op", "[3].number"));
}

}  // namespace
}  // namespace evenkeel
