#include "evenkeel/model/decision.h"

#include <array>

#include "evenkeel/base/check.h"

namespace evenkeel {
namespace {

constexpr std::array<std::string_view, 21> kReasonNames = {
    "not_eligible",    "not_applicable",  "not_suitable",      "no_uplift",
    "consent_missing", "consent_refused", "consent_expired",   "channel_not_wanted",
    "paused",          "human_only",      "frequency_wish",    "cap",
    "cool_down",       "quiet_hours",     "time_zone_unknown", "kill_switch",
    "score_only",      "ledger_full",     "no_value",          "lower_value",
    "no_proven_value"};

constexpr std::array<std::string_view, 7> kVerdictNames = {
    "no_action", "execute", "recommend", "task", "ask_approval", "withheld", "blocked"};

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
