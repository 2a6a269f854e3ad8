#include "evenkeel/decision/expected_value.h"

#include "decision_builders.h"
#include <gtest/gtest.h>

namespace evenkeel {
namespace {

using testing::kEuroMicro;
using testing::kPointPpb;
using testing::MakeAction;

/// Two periods; a voluntary hazard of 20 % and an involuntary one of 5 %: a quarter leaves each.
ChurnScore Churn() {
  ChurnScore churn;
  churn.horizon_periods = 2;
  churn.hazards = {{.cause = ChurnCause::kVoluntary, .hazard_ppb = 200'000'000},
                   {.cause = ChurnCause::kInvoluntary, .hazard_ppb = 50'000'000}};
  ProjectOverHorizon(churn);
  return churn;
}

ValueDefinition Margin(std::int64_t periods_after = 0) {
  ValueDefinition value;
  value.margin_micro = 10 * kEuroMicro;
  value.periods_after = static_cast<std::int32_t>(periods_after);
  return value;
}

std::int64_t Value(const ValueDefinition& value) {
  return SurvivalValueMicro(value, value.margin_micro, Churn());
}

TEST(ExpectedValueTest, TheEffectGrowsEvenlyOverTheHorizon) {
  // 10 * 1/2 + 10 * 2/2.
  EXPECT_EQ(Value(Margin()), 15 * kEuroMicro);
}

TEST(ExpectedValueTest, AfterTheHorizonTheSavedCustomerLeavesAtTheirOwnHazard) {
  // 15 + 10 * 0.75 + 10 * 0.75^2.
  EXPECT_EQ(Value(Margin(2)), 28'125'000);
}

TEST(ExpectedValueTest, TheEffectFadesAndTheFutureIsDiscounted) {
  ValueDefinition value = Margin(1);
  value.effect_keep_ppm = 800'000;
  value.discount_ppm = 100'000;
  // 10 * 0.9 * 1/2 + 10 * 0.81 + 10 * 0.729 * 0.75 * 0.8.
  EXPECT_NEAR(static_cast<double>(Value(value)), 4.5e6 + 8.1e6 + 4.374e6, 1);
}

TEST(ExpectedValueTest, AddsUpItsPartsExactly) {
  ActionDefinition action = MakeAction("discount", 0);
  action.incentive = {.amount_micro = 3 * kEuroMicro, .take_up_ppm = 500'000, .payments = 2};
  action.fatigue_micro = 20'000;
  action.risk_micro = 30'000;
  const EvParts parts = ExpectedValue(action, action.treatments[0], Margin(), Churn(),
                                      Value(Margin()), {.survival_ppb = 10 * kPointPpb});
  // Survives period 1: 0.75 + 0.05; period 2: 0.5625 + 0.10. Times 1.50 EUR.
  EXPECT_EQ(parts.survival, (EvPart{true, 1'500'000}));
  EXPECT_EQ(parts.incentive, (EvPart{true, -2'193'750}));
  EXPECT_EQ(parts.contact, (EvPart{true, -100'000}));
  EXPECT_EQ(parts.fatigue, (EvPart{true, -20'000}));
  EXPECT_EQ(parts.risk, (EvPart{true, -30'000}));
  EXPECT_FALSE(parts.conversion.is_modelled);
  EXPECT_FALSE(parts.budget.is_modelled);
  EXPECT_EQ(parts.TotalMicro(), 1'500'000 - 2'193'750 - 150'000);
}

TEST(ExpectedValueTest, AnIncentiveAtOnceIsPaidWhateverHappensLater) {
  ActionDefinition action = MakeAction("gift", 0);
  action.incentive = {.amount_micro = 2 * kEuroMicro, .take_up_ppm = 250'000, .payments = 0};
  const EvParts parts =
      ExpectedValue(action, action.treatments[0], Margin(), Churn(), Value(Margin()), {});
  EXPECT_EQ(parts.incentive.micro, -500'000);
}

TEST(ExpectedValueTest, AProblemSolvedAndAComplaintAvoidedAreWorthWhatTheBundleSays) {
  const ActionDefinition action = MakeAction("callback", 0);
  ValueDefinition value = Margin();
  const OutcomeChanges changes{.resolution_ppb = 30 * kPointPpb, .complaint_ppb = -5 * kPointPpb};
  const auto parts_of = [&] {
    return ExpectedValue(action, action.treatments[0], value, Churn(), Value(value), changes);
  };
  EXPECT_FALSE(parts_of().resolution.is_modelled) << "nobody said what it is worth";
  value.resolution_micro = 12 * kEuroMicro;
  value.complaint_micro = 20 * kEuroMicro;
  const EvParts parts = parts_of();
  EXPECT_FALSE(parts.survival.is_modelled);
  EXPECT_EQ(parts.resolution, (EvPart{true, 3'600'000}));
  EXPECT_EQ(parts.complaint, (EvPart{true, 1'000'000}));
  EXPECT_EQ(parts.TotalMicro(), 3'600'000 + 1'000'000 - 100'000);
}

TEST(ExpectedValueTest, NoMoreIsSavedThanWouldLeaveForTheCause) {
  const ChurnScore churn = Churn();
  // Exposure 1.75: voluntary 0.35, involuntary 0.0875; 0.5625 stay.
  EXPECT_EQ(BoundedUpliftPpb(900'000'000, ChurnCause::kVoluntary, churn), 350'000'000);
  EXPECT_EQ(BoundedUpliftPpb(900'000'000, ChurnCause::kInvoluntary, churn), 87'500'000);
  EXPECT_EQ(BoundedUpliftPpb(-900'000'000, ChurnCause::kVoluntary, churn), -562'500'000);
  EXPECT_EQ(BoundedUpliftPpb(40'000'000, ChurnCause::kVoluntary, churn), 40'000'000);
}

TEST(ExpectedValueTest, ReadsTheMarginFromAFeature) {
  FeatureDefinition fee{.name = "fee",
                        .kind = FeatureKind::kLast,
                        .match = {.types = {"billing.invoice"}, .fields = {}},
                        .value = {.field = "amount", .scale = 2},
                        .scale = 2};
  const FeatureSet features({fee});
  ValueDefinition value = Margin();
  value.margin_feature = "fee";
  value.margin_share_ppm = 400'000;
  const std::vector<FeatureValue> known = {{false, 2'550, {}}};
  EXPECT_EQ(MarginMicro(value, features, known), 10'200'000);
  const std::vector<FeatureValue> missing(1);
  EXPECT_EQ(MarginMicro(value, features, missing), 10 * kEuroMicro);
}

TEST(ExpectedValueTest, HugeValuesStayWithinBounds) {
  ValueDefinition value = Margin(120);
  value.margin_micro = INT64_MAX;
  const std::int64_t worth = SurvivalValueMicro(value, INT64_MAX, Churn());
  EXPECT_GT(worth, 0);
  EXPECT_LT(worth, INT64_MAX);
}

}  // namespace
}  // namespace evenkeel
