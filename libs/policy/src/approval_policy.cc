#include "evenkeel/policy/approval_policy.h"

#include <limits>

namespace evenkeel {
namespace {

constexpr std::int64_t kMoneyMicroMax = 1'000'000'000'000'000;
constexpr std::int64_t kMinuteMs = 60'000;
constexpr std::int64_t kDayMs = 86'400'000;

std::int64_t SaturatedSum(std::int64_t a, std::int64_t b) {
  std::int64_t sum = 0;
  return __builtin_add_overflow(a, b, &sum) ? std::numeric_limits<std::int64_t>::max() : sum;
}

void CheckRange(const char* where, std::int64_t value, std::int64_t least, std::int64_t most,
                std::vector<DefinitionProblem>& problems) {
  if (value >= least && value <= most) return;
  problems.push_back({where, std::to_string(value) + " is out of range: " + std::to_string(least) +
                                 " to " + std::to_string(most)});
}

}  // namespace

ApprovalNeed NeedOf(const ApprovalPolicy& policy, const ApprovalSubject& subject) {
  ApprovalNeed need;
  need.handling = policy.HandlingOf(subject.risk_class);
  if (need.handling != RiskHandling::kExecute) {
    need.reasons.push_back({ReasonCode::kRiskClass, ""});
  }
  if (need.handling == RiskHandling::kRecommend || subject.face_micro == 0) return need;
  if (SaturatedSum(subject.face_micro, subject.face_30d_micro) > policy.money_above_micro) {
    need.reasons.push_back({ReasonCode::kMoney, ""});
  }
  const bool is_assumed = !subject.uplift || *subject.uplift == UpliftBasis::kAssumed;
  if (is_assumed && subject.face_micro > policy.assumed_money_above_micro) {
    need.reasons.push_back({ReasonCode::kAssumedUplift, ""});
  }
  if (!need.reasons.empty()) need.handling = RiskHandling::kAsk;
  return need;
}

std::vector<DefinitionProblem> CheckApprovals(const ApprovalPolicy& policy) {
  std::vector<DefinitionProblem> problems;
  if (policy.HandlingOf(RiskClass::kHigh) == RiskHandling::kExecute) {
    problems.push_back(
        {"by_risk.high", "actions of high risk never go out unasked: ask, recommend"});
  }
  CheckRange("money_above_micro", policy.money_above_micro, 0, kMoneyMicroMax, problems);
  CheckRange("assumed_money_above_micro", policy.assumed_money_above_micro, 0, kMoneyMicroMax,
             problems);
  CheckRange("expires_after_ms", policy.expires_after_ms, kMinuteMs, 30 * kDayMs, problems);
  CheckRange("ask_again_after_ms", policy.ask_again_after_ms, 0, 400 * kDayMs, problems);
  if (policy.role.empty() || policy.role.size() > 64) {
    problems.push_back({"role", "none, or longer than 64 bytes: name who may answer"});
  }
  return problems;
}

}  // namespace evenkeel
