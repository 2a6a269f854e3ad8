#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "evenkeel/base/time.h"
#include "evenkeel/model/action.h"
#include "evenkeel/policy/approval_policy.h"
#include "evenkeel/policy/time_zone.h"

namespace evenkeel {

enum class ConsentNeed : std::uint8_t {
  kNone = 1,
  kNotRefused = 2,  ///< A refusal on record denies; no record does not.
  kGranted = 3,     ///< No record denies.
};

/// Which parts of the contact policy bind a contact class.
struct ClassRule {
  ConsentNeed consent = ConsentNeed::kGranted;
  bool is_capped = true;       ///< Caps can stop it.
  bool is_counted = true;      ///< It uses up caps and starts cool-downs.
  bool is_cooled_down = true;  ///< Cool-downs can stop it.
  bool is_quiet = true;        ///< Quiet hours can stop it.
  bool is_held_out = true;     ///< Withheld from the holdout.
  bool is_preferred = true;    ///< Channel wishes, pause and frequency wishes of the customer bind.

  friend bool operator==(const ClassRule&, const ClassRule&) = default;
};

/// The rules of the four classes where a policy does not say otherwise.
constexpr ClassRule DefaultClassRule(ContactClass contact_class) {
  switch (contact_class) {
    case ContactClass::kMandatory:
      return {ConsentNeed::kNone, false, false, false, false, false, false};
    case ContactClass::kTransactional:
      return {ConsentNeed::kNotRefused, false, false, false, true, false, false};
    case ContactClass::kRemedial:
      return {ConsentNeed::kNotRefused, false, true, true, true, false, true};
    case ContactClass::kDefault:
      break;
  }
  return {};
}

/// At most `contacts_max` contacts in any window of `window_ms`, wherever it starts.
struct CapRule {
  std::string name;
  std::vector<std::string> channels;  ///< Empty: all of them together, work for people apart.
  std::vector<std::string> purposes;  ///< Empty: all of them together.
  std::int32_t contacts_max = 0;
  std::int64_t window_ms = 0;  ///< Up to 400 days.
};

/// No sooner than `pause_ms` after the last contact ...
struct CoolDownRule {
  std::string name;
  std::vector<std::string> actions;  ///< These; empty: all.
  bool is_per_action = true;         ///< ... by the same action; else by any of `actions`.
  std::int64_t pause_ms = 0;         ///< Up to 400 days.
};

/// No contact on `channels` while the customer's clock shows a time inside of `span`.
struct QuietHoursRule {
  std::string name;
  std::vector<std::string> channels;  ///< Empty: all of them, work for people apart.
  DailySpan span;
};

struct AutonomyRule {
  std::string domain;
  std::string action;  ///< Empty: all actions of the domain. A rule that names one wins.
  AutonomyLevel level = AutonomyLevel::kL1;
};

/// From `from` on, who is held out is drawn with `salt`.
struct HoldoutEpoch {
  TimeMs from;
  std::string salt;
};

/// Customers from whom non-exempt actions are withheld, as the yardstick. The epoch of a customer
/// is the last one that began; `rotating_ppm` of all customers are drawn anew in each epoch, the
/// rest of the share is drawn with the first epoch's salt and stays.
struct HoldoutPolicy {
  std::int64_t share_ppm = 0;        ///< Of all customers, in millionths. 0: none.
  std::int64_t rotating_ppm = 0;     ///< Part of share_ppm.
  std::vector<HoldoutEpoch> epochs;  ///< Ascending; at least one where share_ppm > 0.
};

enum class SwitchScope : std::uint8_t {
  kEverything = 1,
  kDomain = 2,
  kAction = 3,
  kChannel = 4,
  kProposer = 5,
};

/// A kill switch that is on: candidates in its scope are blocked. From `control.v1`.
struct KillSwitch {
  SwitchScope scope = SwitchScope::kEverything;
  std::string name;  ///< Of the domain, action, ...; empty for everything.
  std::string reason;

  friend bool operator==(const KillSwitch&, const KillSwitch&) = default;
};

/// What policy.yaml says.
struct PolicyDefinition {
  std::string name;
  std::string version;
  std::array<ClassRule, 4> classes = {
      DefaultClassRule(ContactClass::kDefault), DefaultClassRule(ContactClass::kMandatory),
      DefaultClassRule(ContactClass::kTransactional), DefaultClassRule(ContactClass::kRemedial)};
  std::vector<CapRule> caps;
  std::vector<CoolDownRule> cool_downs;
  std::vector<QuietHoursRule> quiet_hours;
  std::string default_time_zone;  ///< Of customers without a known one. Empty: quiet hours block.
  std::vector<AutonomyRule> autonomy;
  ApprovalPolicy approvals;
  HoldoutPolicy holdout;
  std::vector<TimeZoneTable> time_zones;  ///< Sorted by name: every zone of the tz database.
  /// How long after its send window a reservation waits for its receipt before it is returned.
  std::int64_t receipt_grace_ms = 24LL * 3600 * 1000;

  const ClassRule& RuleOf(ContactClass contact_class) const {
    return classes[static_cast<std::size_t>(contact_class) - 1];
  }
};

}  // namespace evenkeel
