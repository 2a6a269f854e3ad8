#include <algorithm>
#include <utility>

#include "compile.h"

namespace evenkeel::internal {
namespace {

constexpr std::chrono::milliseconds kMinute = std::chrono::minutes(1);

/// What the catalogue names, to check the policy by.
struct Known {
  std::vector<std::string> actions;
  std::vector<std::string> channels;
  std::vector<std::string> purposes;
  std::vector<std::string> domains;

  explicit Known(const CatalogueDoc& catalogue) : actions(catalogue.actions.Names()) {
    for (const auto& action : catalogue.actions.entries) {
      purposes.push_back(action.value.purpose.value);
      domains.push_back(action.value.domain.value);
      for (const auto& treatment : action.value.treatments.entries) {
        channels.push_back(treatment.value.channel->value);
      }
    }
    for (std::vector<std::string>* list : {&channels, &purposes, &domains}) {
      std::ranges::sort(*list);
      const auto rest = std::ranges::unique(*list);
      list->erase(rest.begin(), rest.end());
    }
  }
};

std::vector<std::string> Names(CompileScope& scope, std::string_view kind,
                               const std::vector<Placed<std::string>>& names,
                               const std::vector<std::string>& known) {
  std::vector<std::string> values;
  for (const Placed<std::string>& name : names) {
    scope.Knows(kind, name, known);
    values.push_back(*name);
  }
  return values;
}

template <typename T>
void Set(const std::optional<T>& from, T& to) {
  if (from) to = *from;
}

void Override(const ClassDoc& doc, ClassRule& rule) {
  Set(doc.consent, rule.consent);
  Set(doc.capped, rule.is_capped);
  Set(doc.counted, rule.is_counted);
  Set(doc.cooled_down, rule.is_cooled_down);
  Set(doc.quiet, rule.is_quiet);
  Set(doc.held_out, rule.is_held_out);
  Set(doc.preferred, rule.is_preferred);
}

void CompileClasses(const ClassesDoc& doc, PolicyDefinition& policy) {
  const std::pair<ContactClass, const ClassDoc*> all[] = {
      {ContactClass::kDefault, &doc.by_default},
      {ContactClass::kMandatory, &doc.mandatory},
      {ContactClass::kTransactional, &doc.transactional},
      {ContactClass::kRemedial, &doc.remedial}};
  for (const auto& [contact_class, from] : all) {
    Override(*from, policy.classes[static_cast<std::size_t>(contact_class) - 1]);
  }
}

void CompileContactRules(CompileScope& scope, const Known& known) {
  const PolicyDoc& doc = scope.docs.policy;
  PolicyDefinition& policy = scope.core.policy;
  for (const auto& [name, place, path, cap] : doc.caps.entries) {
    CapRule rule;
    rule.name = name;
    rule.channels = Names(scope, "channel", cap.channels, known.channels);
    rule.purposes = Names(scope, "purpose", cap.purposes, known.purposes);
    rule.contacts_max = static_cast<std::int32_t>(scope.InRange(cap.contacts_max, 1, 1000));
    rule.window_ms = scope.Millis(cap.window, kMinute, 400 * kDay);
    policy.caps.push_back(std::move(rule));
  }
  for (const auto& [name, place, path, pause] : doc.cool_downs.entries) {
    CoolDownRule rule;
    rule.name = name;
    rule.actions = Names(scope, "action", pause.actions, known.actions);
    rule.is_per_action = pause.per_action;
    rule.pause_ms = scope.Millis(pause.pause, kMinute, 400 * kDay);
    policy.cool_downs.push_back(std::move(rule));
  }
  for (const auto& [name, place, path, quiet] : doc.quiet_hours.entries) {
    if (quiet.from.minutes == quiet.to.minutes) {
      scope.Error(quiet.place, quiet.path, "'from' and 'to' are the same; the span is empty");
    }
    policy.quiet_hours.push_back({name,
                                  Names(scope, "channel", quiet.channels, known.channels),
                                  {quiet.from.minutes, quiet.to.minutes}});
  }
}

void CompileAutonomy(CompileScope& scope, const Known& known) {
  for (const AutonomyDoc& from : scope.docs.policy.autonomy) {
    AutonomyRule rule{from.domain.value, "", from.level};
    scope.Knows("domain of an action", {from.domain.value, from.place, from.path + ".domain"},
                known.domains);
    if (from.action) {
      rule.action = from.action->value.value;
      scope.Knows("action", {rule.action, from.action->place, from.action->path}, known.actions);
    }
    scope.core.policy.autonomy.push_back(std::move(rule));
  }
}

void CompileApprovals(CompileScope& scope) {
  const ApprovalsDoc& doc = scope.docs.policy.approvals;
  ApprovalPolicy& approvals = scope.core.policy.approvals;
  if (doc.money_above) approvals.money_above_micro = scope.Micros(*doc.money_above);
  if (doc.assumed_money_above) {
    approvals.assumed_money_above_micro = scope.Micros(*doc.assumed_money_above);
  }
  approvals.by_risk = {doc.by_risk.low, doc.by_risk.medium, doc.by_risk.high};
  if (doc.by_risk.high == RiskHandling::kExecute) {
    scope.Error(doc.by_risk.place, doc.by_risk.path + ".high",
                "actions of high risk never go out unasked; write 'ask' or 'recommend'");
    approvals.by_risk[2] = RiskHandling::kAsk;
  }
  approvals.role = doc.role->value;
  approvals.expires_after_ms = scope.Millis(doc.expires_after, kMinute, 30 * kDay);
  approvals.ask_again_after_ms =
      scope.Millis(doc.ask_again_after, std::chrono::milliseconds(0), 400 * kDay);
}

void CompileHoldout(CompileScope& scope) {
  const std::optional<HoldoutDoc>& doc = scope.docs.bundle.holdout;
  if (!doc) return;
  HoldoutPolicy& holdout = scope.core.policy.holdout;
  holdout.share_ppm = doc->share.ppm;
  holdout.rotating_ppm = doc->rotating.ppm;
  if (holdout.rotating_ppm > holdout.share_ppm) {
    scope.Error(doc->place, doc->path + ".rotating", "the part is larger than the share; lower it");
  }
  for (const EpochDoc& epoch : doc->epochs) {
    if (!holdout.epochs.empty() && epoch.from <= holdout.epochs.back().from) {
      scope.Error(epoch.place, epoch.path + ".from", "epochs must rise; sort them");
    }
    if (!epoch.salt.empty() && epoch.salt.size() < 8) {
      scope.Error(epoch.place, epoch.path + ".salt",
                  Quoted(epoch.salt) + " is too short to be a salt; write at least 8 characters");
    }
    holdout.epochs.push_back({epoch.from, epoch.salt});
  }
  if (holdout.epochs.empty()) {
    scope.Error(doc->place, doc->path + ".epochs", "the list is empty; add an epoch with its salt");
  }
}

void CompilePoints(CompileScope& scope, const Known& known) {
  for (const auto& entry : scope.docs.policy.decision_points.entries) {
    const PointDoc& doc = entry.value;
    DecisionPointDefinition point;
    point.name = entry.name;
    point.direction = doc.direction;
    for (const TriggerDoc& trigger : doc.on_signal) {
      point.on_signal.push_back(scope.Match(trigger.on, trigger.when, trigger.place, trigger.path));
    }
    for (const Placed<std::string>& feature : doc.on_due) {
      point.on_due.push_back(*feature);
      const auto& features = scope.docs.features.features;
      if (!scope.Knows("feature", feature, features.Names())) continue;
      if (features.Find(*feature)->due) continue;
      scope.Error(feature.place, feature.path,
                  Quoted(*feature) + " has no deadlines; name one of kind open_cases with 'due'");
    }
    if (doc.every) point.every_ms = scope.Millis(*doc.every, std::chrono::hours(1), 400 * kDay);
    point.min_interval_ms =
        scope.Millis(doc.min_interval, std::chrono::milliseconds(0), 400 * kDay);
    point.max_signal_age_ms = scope.Millis(doc.max_signal_age, kMinute, 36'525 * kDay);
    for (const Name& domain : doc.domains) {
      scope.Knows("domain of an action", {domain.value, doc.place, doc.path + ".domains"},
                  known.domains);
      point.domains.push_back(domain.value);
    }
    if (point.domains.empty()) {
      scope.Error(doc.place, doc.path + ".domains",
                  "the list is empty; name a domain of the actions");
    }
    if (point.on_signal.empty() && point.on_due.empty() && point.every_ms == 0) {
      scope.Error(doc.place, doc.path,
                  "nothing opens this decision; add 'on_signal', 'on_due' or 'every'");
    }
    scope.core.catalogue.points.push_back(std::move(point));
  }
  if (scope.core.catalogue.points.empty()) {
    scope.Error(scope.docs.policy.place, "decision_points",
                "the map is empty; add a decision point");
  }
}

}  // namespace

void CompilePolicy(CompileScope& scope) {
  const Known known(scope.docs.catalogue);
  PolicyDefinition& policy = scope.core.policy;
  policy.name = scope.core.name;
  policy.version = scope.core.version;
  CompileClasses(scope.docs.policy.classes, policy);
  CompileContactRules(scope, known);
  CompileAutonomy(scope, known);
  CompileApprovals(scope);
  CompileHoldout(scope);
  CompilePoints(scope, known);
  policy.receipt_grace_ms = scope.Millis(scope.docs.policy.receipt_grace, kMinute, 30 * kDay);
}

void CompileTimeZones(CompileScope& scope, const TimeZoneDatabase& zones) {
  const BundleDoc& doc = scope.docs.bundle;
  PolicyDefinition& policy = scope.core.policy;
  policy.default_time_zone = *doc.time_zone;
  std::vector<Placed<std::string>> names = {doc.time_zone};
  for (const Placed<std::string>& name : doc.time_zones) {
    if (*name != "all") {
      names.push_back(name);
      continue;
    }
    for (const std::string& zone : zones.names()) names.push_back({zone, name.place, name.path});
  }
  std::ranges::stable_sort(names, {}, &Placed<std::string>::value);
  const auto repeated = std::ranges::unique(names, {}, &Placed<std::string>::value);
  names.erase(repeated.begin(), repeated.end());
  for (const Placed<std::string>& name : names) {
    if (name->empty()) continue;  // The key is missing, which was complained about.
    Result<TimeZoneTable> table = zones.Load(*name);
    if (table.ok()) {
      policy.time_zones.push_back(std::move(table).value());
    } else {
      scope.Error(name.place, name.path, table.status().message());
    }
  }
}

}  // namespace evenkeel::internal
