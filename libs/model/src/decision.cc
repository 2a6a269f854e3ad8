#include "evenkeel/model/decision.h"

#include <array>

#include "evenkeel/base/check.h"

namespace evenkeel {
namespace {

constexpr std::array<std::string_view, 35> kReasonNames = {"not_eligible",
                                                           "not_applicable",
                                                           "not_suitable",
                                                           "no_uplift",
                                                           "consent_missing",
                                                           "consent_refused",
                                                           "consent_expired",
                                                           "channel_not_wanted",
                                                           "paused",
                                                           "human_only",
                                                           "frequency_wish",
                                                           "cap",
                                                           "cool_down",
                                                           "quiet_hours",
                                                           "time_zone_unknown",
                                                           "kill_switch",
                                                           "score_only",
                                                           "ledger_full",
                                                           "no_value",
                                                           "lower_value",
                                                           "no_proven_value",
                                                           "approval_open",
                                                           "approvals_full",
                                                           "recently_rejected",
                                                           "level_too_low",
                                                           "action_changed",
                                                           "money",
                                                           "assumed_uplift",
                                                           "risk_class",
                                                           "rejected",
                                                           "expired",
                                                           "already_answered",
                                                           "approved",
                                                           "role_not_allowed",
                                                           "held_out"};

constexpr std::array<std::string_view, 14> kVerdictNames = {
    "no_action", "execute",  "recommend",    "task", "ask_approval", "withheld", "blocked",
    "handoff",   "released", "not_released", "held", "rejected",     "expired",  "no_effect"};

}  // namespace

std::string_view ReasonCodeName(ReasonCode code) {
  const auto index = static_cast<std::size_t>(code) - 1;
  EVENKEEL_CHECK(index < kReasonNames.size());
  return kReasonNames[index];
}

std::string_view DecisionVerdictName(DecisionVerdict verdict) {
  const auto index = static_cast<std::size_t>(verdict) - 1;
  EVENKEEL_CHECK(index < kVerdictNames.size());
  return kVerdictNames[index];
}

}  // namespace evenkeel
