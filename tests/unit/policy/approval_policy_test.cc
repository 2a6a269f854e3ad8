#include "evenkeel/policy/approval_policy.h"

#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace evenkeel {
namespace {

constexpr std::int64_t kEuro = 1'000'000;

std::string CodesOf(const ApprovalNeed& need) {
  std::string codes;
  for (const Reason& reason : need.reasons) {
    codes += (codes.empty() ? "" : " ") + std::string(ReasonCodeName(reason.code));
  }
  return codes;
}

struct Case {
  std::string name;
  ApprovalPolicy policy;
  ApprovalSubject subject;
  RiskHandling handling;
  std::string reasons;
};

ApprovalPolicy Above(std::int64_t money, std::int64_t assumed) {
  return {.money_above_micro = money * kEuro, .assumed_money_above_micro = assumed * kEuro};
}

ApprovalPolicy ByRisk(RiskHandling low, RiskHandling medium, RiskHandling high) {
  return {.by_risk = {low, medium, high}};
}

class ApprovalNeedTest : public ::testing::TestWithParam<Case> {};

TEST_P(ApprovalNeedTest, SaysWhatBecomesOfTheAction) {
  const ApprovalNeed need = NeedOf(GetParam().policy, GetParam().subject);
  EXPECT_EQ(need.handling, GetParam().handling);
  EXPECT_EQ(CodesOf(need), GetParam().reasons);
}

constexpr auto kExecute = RiskHandling::kExecute;
constexpr auto kAsk = RiskHandling::kAsk;
constexpr auto kRecommend = RiskHandling::kRecommend;
constexpr std::int64_t kHuge = std::numeric_limits<std::int64_t>::max();

INSTANTIATE_TEST_SUITE_P(
    Rules, ApprovalNeedTest,
    ::testing::Values(
        Case{"LowAndNoMoney", {}, {.risk_class = RiskClass::kLow}, kExecute, ""},
        Case{"MediumAsksUnlessToldOtherwise",
             {},
             {.risk_class = RiskClass::kMedium},
             kAsk,
             "risk_class"},
        Case{"High", {}, {.risk_class = RiskClass::kHigh}, kAsk, "risk_class"},
        Case{"MediumMayGoOut",
             ByRisk(kExecute, kExecute, kAsk),
             {.risk_class = RiskClass::kMedium},
             kExecute,
             ""},
        Case{"MediumMayStayARecommendation",
             ByRisk(kExecute, kRecommend, kAsk),
             {.risk_class = RiskClass::kMedium, .face_micro = 9 * kEuro},
             kRecommend,
             "risk_class"},
        Case{"EvenLowCanAsk",
             ByRisk(kAsk, kAsk, kAsk),
             {.risk_class = RiskClass::kLow},
             kAsk,
             "risk_class"},
        Case{"AnyMoneyAsksUnlessToldOtherwise",
             {},
             {.face_micro = 1, .uplift = UpliftBasis::kLearnt},
             kAsk,
             "money"},
        Case{"MoneyAtTheThreshold", Above(10, 10), {.face_micro = 10 * kEuro}, kExecute, ""},
        Case{"MoneyAboveIt", Above(10, 20), {.face_micro = 10 * kEuro + 1}, kAsk, "money"},
        Case{"TogetherWithTheLastMonths",
             Above(10, 10),
             {.face_micro = 6 * kEuro, .face_30d_micro = 4 * kEuro + 1},
             kAsk,
             "money"},
        Case{"TheLastMonthsAloneAskNothing",
             Above(10, 10),
             {.face_30d_micro = 50 * kEuro},
             kExecute,
             ""},
        Case{"AssumedUplift",
             Above(10, 5),
             {.face_micro = 6 * kEuro, .uplift = UpliftBasis::kAssumed},
             kAsk,
             "assumed_uplift"},
        Case{"MeasuredUplift",
             Above(10, 5),
             {.face_micro = 6 * kEuro, .uplift = UpliftBasis::kExperiment},
             kExecute,
             ""},
        Case{"UpliftOfNobodyKnowsWhere",
             Above(10, 5),
             {.face_micro = 6 * kEuro},
             kAsk,
             "assumed_uplift"},
        Case{"Everything",
             Above(1, 1),
             {.risk_class = RiskClass::kHigh,
              .face_micro = 2 * kEuro,
              .uplift = UpliftBasis::kAssumed},
             kAsk,
             "risk_class money assumed_uplift"},
        Case{"SumsThatDoNotFit",
             Above(10, 1'000'000),
             {.face_micro = kEuro, .face_30d_micro = kHuge},
             kAsk,
             "money"}),
    [](const auto& each) { return each.param.name; });

TEST(ApprovalPolicyTest, IsSoundAsItComes) { EXPECT_TRUE(CheckApprovals({}).empty()); }

TEST(ApprovalPolicyTest, NamesWhatIsWrong) {
  ApprovalPolicy policy;
  policy.by_risk[2] = RiskHandling::kExecute;
  policy.money_above_micro = -1;
  policy.assumed_money_above_micro = -1;
  policy.expires_after_ms = 59'999;
  policy.ask_again_after_ms = -1;
  policy.role.clear();
  std::vector<std::string> places;
  for (const DefinitionProblem& problem : CheckApprovals(policy)) places.push_back(problem.where);
  EXPECT_EQ(places, (std::vector<std::string>{"by_risk.high", "money_above_micro",
                                              "assumed_money_above_micro", "expires_after_ms",
                                              "ask_again_after_ms", "role"}));
}

}  // namespace
}  // namespace evenkeel
