#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "evenkeel/model/action.h"
#include "evenkeel/model/decision.h"
#include "evenkeel/model/definition_problem.h"

namespace evenkeel {

/// What becomes of an action that the autonomy level lets go out.
enum class RiskHandling : std::uint8_t {
  kExecute = 1,
  kAsk = 2,        ///< A person is asked first.
  kRecommend = 3,  ///< It never goes out by itself, nor by an approval.
};

/// When a person is asked before an action goes out. As it is here without a word in the bundle:
/// nothing but actions of risk class L that give no money goes out unasked.
struct ApprovalPolicy {
  std::array<RiskHandling, 3> by_risk = {RiskHandling::kExecute, RiskHandling::kAsk,
                                         RiskHandling::kAsk};  ///< Of risk classes L, M and H.
  /// Of what an action gives and what the customer got, or may get, in the 30 days before: more
  /// than this asks. In millionths; face values over the full term.
  std::int64_t money_above_micro = 0;
  /// The same for an action alone whose uplift is an assumption.
  std::int64_t assumed_money_above_micro = 0;
  std::string role = "approver";                        ///< Who may answer.
  std::int64_t expires_after_ms = 24LL * 3600 * 1000;   ///< Without an answer: no.
  std::int64_t ask_again_after_ms = 14LL * 86'400'000;  ///< After a person said no.

  RiskHandling HandlingOf(RiskClass risk_class) const {
    return by_risk[static_cast<std::size_t>(risk_class) - 1];
  }
};

/// How far back money that a customer got counts.
inline constexpr std::int64_t kMoneyWindowMs = 30LL * 86'400'000;

/// An action that would go out.
struct ApprovalSubject {
  RiskClass risk_class = RiskClass::kLow;
  std::int64_t face_micro = 0;      ///< What it gives over its full term.
  std::int64_t face_30d_micro = 0;  ///< What others gave, or may give, in the 30 days before.
  std::optional<UpliftBasis> uplift;
};

/// Whether it goes out, and why not simply so.
struct ApprovalNeed {
  RiskHandling handling = RiskHandling::kExecute;
  std::vector<Reason> reasons;  ///< Empty for kExecute.
};

ApprovalNeed NeedOf(const ApprovalPolicy& policy, const ApprovalSubject& subject);

/// All that is wrong in `policy`; `where` starts at the policy's fields.
std::vector<DefinitionProblem> CheckApprovals(const ApprovalPolicy& policy);

}  // namespace evenkeel
