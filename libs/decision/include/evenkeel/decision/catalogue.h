#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "evenkeel/features/match.h"
#include "evenkeel/model/action.h"
#include "evenkeel/model/decimal.h"
#include "evenkeel/model/expected_value.h"
#include "evenkeel/policy/condition.h"
#include "evenkeel/policy/definition.h"
#include "evenkeel/scoring/scorecard.h"

namespace evenkeel {

/// An action as rendered for one channel.
struct TreatmentDefinition {
  std::string name;  ///< Unique in its action.
  std::string channel;
  std::string template_name;
  std::int64_t cost_micro = 0;  ///< Of one contact, in the bundle's currency.
  /// The executor may carry it out within this time of the decision, and not later. At least one
  /// minute. It ends sooner where quiet hours begin.
  std::int64_t send_window_ms = 4LL * 3600 * 1000;
};

/// Something of worth that the customer gets if they take it up, whether or not they would have
/// stayed anyway.
struct IncentiveDefinition {
  std::int64_t amount_micro = 0;  ///< Each time. 0: no incentive.
  std::int64_t take_up_ppm = 0;   ///< Chance that the customer takes it up, in millionths.
  std::int32_t payments = 0;      ///< 0: once, at once. n: at the end of each of n periods.
};

/// What the action is assumed to change: the chance of one outcome, in billionths (a change of -2
/// percentage points is -20,000,000). Below zero it becomes less likely.
struct UpliftPrior {
  std::string segment;  ///< Empty: all customers whose segment has no prior of its own.
  std::int64_t mean_ppb = 0;
  std::int64_t low_ppb = 0;  ///< Of a 90 % interval: low <= mean <= high.
  std::int64_t high_ppb = 0;
  UpliftBasis basis = UpliftBasis::kAssumed;
};

struct ActionDefinition {
  std::string name;     ///< Unique in the bundle.
  std::string domain;   ///< "retention".
  std::string purpose;  ///< What consent is asked for: "marketing", "service".
  ContactClass contact_class = ContactClass::kDefault;
  RiskClass risk_class = RiskClass::kLow;
  bool is_reversible = true;
  ChurnCause cause = ChurnCause::kVoluntary;  ///< Which hazard it acts on.
  std::vector<Condition> eligible;            ///< May this customer have it?
  std::vector<Condition> applicable;          ///< Does it make sense now?
  std::vector<Condition> suitable;            ///< Is it good for them?
  IncentiveDefinition incentive;
  std::int64_t fatigue_micro = 0;  ///< Declared: what the contact costs in later attention.
  std::int64_t risk_micro = 0;     ///< Declared: chance of harm times loss.
  /// Of the chance to survive the scorecard's horizon, to have the problem solved, and to complain.
  /// A customer without a fitting prior of any of them: not a candidate.
  std::vector<UpliftPrior> uplift;
  std::vector<UpliftPrior> resolution;
  std::vector<UpliftPrior> complaint;
  std::vector<std::string> answers;  ///< service_recovery: names of signs; empty: any of them.
  std::vector<TreatmentDefinition> treatments;                  ///< At least one.
  std::vector<std::pair<std::string, std::string>> parameters;  ///< For executors, as they are.
};

/// The first segment whose conditions all hold is the customer's, for uplift priors.
struct SegmentDefinition {
  std::string name;
  std::vector<Condition> conditions;
};

/// What a customer is worth who stays: the margin of one period of the scorecard, for the periods
/// of the horizon and `periods_after` more. After the horizon the customer leaves at their own
/// hazard, and of the action's effect `effect_keep_ppm` is left after each period.
struct ValueDefinition {
  std::string margin_feature;  ///< Money per period; missing or empty: `margin_micro`.
  std::int64_t margin_share_ppm = 1'000'000;  ///< Of that feature, what is margin.
  std::int64_t margin_micro = 0;
  std::int32_t periods_after = 0;  ///< 0 to 120.
  std::int64_t discount_ppm = 0;   ///< Of one period: 1 today is worth 1 - discount a period on.
  std::int64_t effect_keep_ppm = 1'000'000;
  /// What a problem that is solved, and a complaint that is not made, are worth beyond the
  /// customer's staying. Nothing: this outcome is not modelled.
  std::optional<std::int64_t> resolution_micro;
  std::optional<std::int64_t> complaint_micro;
};

enum class Direction : std::uint8_t {
  kOutbound = 1,  ///< We speak first: doing nothing is a candidate, at 0.
  kInbound = 2,   ///< The customer speaks first. Reserved: refused by DecisionCore for now.
};

/// When a decision is made.
struct DecisionPointDefinition {
  std::string name;
  Direction direction = Direction::kOutbound;
  std::vector<SignalMatch> on_signal;  ///< Any of them.
  std::vector<std::string> on_due;     ///< Features of open cases: when a deadline passes.
  std::int64_t every_ms = 0;           ///< On a timer, this often per customer. 0: never.
  std::int64_t min_interval_ms = 0;    ///< A trigger sooner than this waits until then.
  std::int64_t max_signal_age_ms = 24LL * 3600 * 1000;  ///< Older signals update state only.
  /// What happens where no candidate is better. "NO_ACTION" is the only one outbound.
  std::string default_action = "NO_ACTION";
  std::vector<std::string> domains;  ///< Whose proposers are asked. Not empty.
};

/// What the retention proposer calls at risk: a chance to leave over the horizon, per cause, in
/// billionths. Only actions that act on a cause at risk are proposed.
struct RetentionDefinition {
  std::int64_t voluntary_min_ppb = 0;
  std::int64_t involuntary_min_ppb = 0;
};

/// Something that went wrong for a customer: it shows in one feature. Below a limit or from it on.
struct ServiceSign {
  std::string name;     ///< "overdue", "reopened", ...
  std::string feature;  ///< A number.
  bool is_below = false;
  Decimal limit;  ///< The sign shows below it, or else from it on. Durations are milliseconds.
};

/// What the service recovery proposer looks for, the gravest first. Empty: it proposes nothing.
struct ServiceRecoveryDefinition {
  std::vector<ServiceSign> signs;
};

/// What catalogue.yaml says.
struct Catalogue {
  std::string name;
  std::string version;
  ValueDefinition value;
  RetentionDefinition retention;
  ServiceRecoveryDefinition service_recovery;
  std::vector<SegmentDefinition> segments;
  std::vector<ActionDefinition> actions;
  std::vector<DecisionPointDefinition> points;
};

}  // namespace evenkeel
