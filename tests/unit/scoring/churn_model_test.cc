#include "evenkeel/scoring/churn_model.h"

#include <cmath>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace evenkeel {
namespace {

using ::testing::HasSubstr;

FeatureDefinition Feature(std::string name, FeatureKind kind, std::uint8_t scale = 0) {
  FeatureDefinition definition{
      .name = name, .kind = kind, .match = {.types = {"x." + name}, .fields = {}}};
  if (kind == FeatureKind::kSum) definition.value = {.field = "v", .scale = scale};
  definition.scale = scale;
  return definition;
}

FeatureSet MakeFeatures() {
  FeatureDefinition plan = Feature("plan", FeatureKind::kLast);
  plan.value.field = "plan";
  plan.is_symbol = true;
  return FeatureSet({Feature("logins", FeatureKind::kCount), Feature("spend", FeatureKind::kSum, 2),
                     Feature("silence", FeatureKind::kTimeSince), plan});
}

CardTerm Linear(std::string feature, std::int64_t weight_micro) {
  CardTerm term;
  term.feature = std::move(feature);
  term.weight_micro = weight_micro;
  return term;
}

/// A card of one voluntary hazard with `terms`.
Scorecard Card(std::vector<CardTerm> terms, std::int64_t intercept_micro = -2'000'000) {
  Scorecard card;
  card.name = "test";
  card.version = "1";
  card.hazards = {{.intercept_micro = intercept_micro, .terms = std::move(terms)}};
  card.golden = {{.name = "none", .inputs = {}, .churn_ppb = 0, .tolerance_ppb = 1000}};
  return card;
}

class ChurnModelTest : public ::testing::Test {
 protected:
  ChurnScore Score(const Scorecard& card,
                   const std::vector<std::pair<std::string, FeatureValue>>& in) {
    const auto problems = CheckScorecard(card, features_);
    EXPECT_TRUE(problems.empty()) << problems[0].where << " " << problems[0].problem;
    std::vector<FeatureValue> values(features_.size());
    for (const auto& [name, value] : in) values[*features_.Find(name)] = value;
    ChurnScore score;
    ChurnModel(card, features_).Score(values, score);
    return score;
  }

  std::int64_t ContributionOf(CardTerm term, FeatureValue value) {
    const std::string name = term.feature;
    return Score(Card({std::move(term)}), {{name, value}}).hazards[0].contributions[0].micro;
  }

  FeatureSet features_ = MakeFeatures();
};

FeatureValue Number(std::int64_t number) { return {false, number, {}}; }

TEST_F(ChurnModelTest, AHazardOfOneHalfOverThreePeriodsLeavesAnEighth) {
  const ChurnScore score = Score(Card({}, 0), {});
  EXPECT_EQ(score.hazards[0].hazard_ppb, 500'000'000);
  EXPECT_EQ(score.churn_ppb, 875'000'000);
}

TEST_F(ChurnModelTest, TwoCausesShareWhoLeaves) {
  Scorecard card = Card({}, -2'197'225);  // Hazard 0.1.
  card.hazards.push_back(
      {.cause = ChurnCause::kInvoluntary, .intercept_micro = -1'386'294});  // 0.2.
  const ChurnScore score = Score(card, {});
  // Stays 0.7 a period: exposure 1 + 0.7 + 0.49 = 2.19.
  EXPECT_NEAR(static_cast<double>(score.hazards[0].churn_ppb), 0.219e9, 200);
  EXPECT_NEAR(static_cast<double>(score.hazards[1].churn_ppb), 0.438e9, 400);
  EXPECT_EQ(score.churn_ppb, score.hazards[0].churn_ppb + score.hazards[1].churn_ppb);
}

TEST_F(ChurnModelTest, TwoCausesNeverTakeMoreThanEverybody) {
  Scorecard card = Card({}, 50'000'000);
  card.hazards.push_back({.cause = ChurnCause::kInvoluntary, .intercept_micro = 50'000'000});
  const ChurnScore score = Score(card, {});
  EXPECT_EQ(score.churn_ppb, 1'000'000'000);
  EXPECT_EQ(score.hazards[0].churn_ppb, 500'000'000);
}

TEST_F(ChurnModelTest, TermsOfEachShape) {
  CardTerm linear = Linear("spend", -300'000);
  linear.centre = {50, 0};
  linear.per = {10, 0};
  linear.has_max = true;
  linear.max = {100, 0};
  EXPECT_EQ(ContributionOf(linear, Number(7000)), -600'000);
  EXPECT_EQ(ContributionOf(linear, Number(99'999)), -1'500'000);
  linear.missing_micro = 42;
  EXPECT_EQ(ContributionOf(linear, {}), 42);

  CardTerm log = Linear("logins", 1'000'000);
  log.shape = TermShape::kLog1p;
  log.per = {2, 0};
  EXPECT_NEAR(static_cast<double>(ContributionOf(log, Number(6))), 1e6 * std::log(4.0), 2);
  EXPECT_EQ(ContributionOf(log, Number(0)), 0);

  CardTerm bins = Linear("logins", 0);
  bins.shape = TermShape::kBins;
  bins.bins = {{{3, 0}, 10}, {{8, 0}, 20}};
  bins.otherwise_micro = 5;
  EXPECT_EQ(ContributionOf(bins, Number(2)), 5);
  EXPECT_EQ(ContributionOf(bins, Number(3)), 10);
  EXPECT_EQ(ContributionOf(bins, Number(8)), 20);

  CardTerm symbols = Linear("plan", 0);
  symbols.shape = TermShape::kSymbols;
  symbols.symbols = {{"pro", -7}};
  symbols.otherwise_micro = 9;
  EXPECT_EQ(ContributionOf(symbols, {false, 0, "pro"}), -7);
  EXPECT_EQ(ContributionOf(symbols, {false, 0, "free"}), 9);
}

TEST_F(ChurnModelTest, ContributionsAddUpExactlyAndTheChanceAgreesWithFloatingPoint) {
  const auto seed = static_cast<std::uint32_t>(::testing::UnitTest::GetInstance()->random_seed());
  SCOPED_TRACE(::testing::Message() << "--gtest_random_seed=" << seed);
  std::mt19937 rng(seed);
  const auto between = [&rng](int low, int high) {
    return low + static_cast<int>(rng() % static_cast<std::uint32_t>(high - low));
  };
  for (int round = 0; round < 300; ++round) {
    CardTerm spend = Linear("spend", between(-900'000, 900'000));
    spend.per = {between(1, 300), 1};
    CardTerm logins = Linear("logins", between(-900'000, 900'000));
    logins.shape = TermShape::kLog1p;
    Scorecard card = Card({spend, logins}, between(-6'000'000, 2'000'000));
    card.hazards[0].link = round % 2 == 0 ? HazardLink::kLogit : HazardLink::kCloglog;
    const ChurnScore score =
        Score(card, {{"spend", Number(between(0, 5000))}, {"logins", Number(between(0, 90))}});
    const HazardScore& hazard = score.hazards[0];
    ASSERT_EQ(hazard.linear_micro, hazard.intercept_micro + hazard.contributions[0].micro +
                                       hazard.contributions[1].micro);
    const double x = static_cast<double>(hazard.linear_micro) / 1e6;
    const double h = round % 2 == 0 ? 1 / (1 + std::exp(-x)) : -std::expm1(-std::exp(x));
    ASSERT_NEAR(static_cast<double>(score.churn_ppb), 1e9 * (1 - std::pow(1 - h, 3)), 8);
  }
}

TEST_F(ChurnModelTest, AGoldenRowThatComesOutOtherwiseIsNamed) {
  Scorecard card = Card({Linear("logins", 100'000)}, 0);
  card.golden = {{.name = "half", .inputs = {}, .churn_ppb = 875'000'000},
                 {.name = "wrong",
                  .inputs = {{.feature = "logins", .number = {3, 0}, .symbol = {}}},
                  .churn_ppb = 875'000'000}};
  const auto problems = ChurnModel(card, features_).CheckGolden(features_);
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].where, "golden[1].churn_ppb");
}

TEST_F(ChurnModelTest, NamesWhatIsWrongInACard) {
  CardTerm unknown = Linear("nothing", 1);
  CardTerm fine = Linear("logins", 1);
  fine.per = {5, 1};  // Half a login.
  CardTerm symbol = Linear("plan", 1);
  Scorecard card = Card({unknown, fine, symbol});
  card.horizon_periods = 0;
  card.golden.clear();
  std::vector<std::string> where;
  for (const DefinitionProblem& problem : CheckScorecard(card, features_)) {
    where.push_back(problem.where);
  }
  EXPECT_THAT(where, ::testing::ElementsAre("horizon_periods", "hazards[0].terms[0].feature",
                                            "hazards[0].terms[1].per", "hazards[0].terms[2].shape",
                                            "golden"));
}

}  // namespace
}  // namespace evenkeel
