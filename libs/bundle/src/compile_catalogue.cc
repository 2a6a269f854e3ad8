#include <algorithm>

#include "compile.h"

namespace evenkeel::internal {
namespace {

void CompileValue(CompileScope& scope) {
  const WorthDoc& doc = scope.docs.bundle.value;
  ValueDefinition& value = scope.core.catalogue.value;
  if (doc.margin_feature &&
      scope.Knows("feature", *doc.margin_feature, scope.docs.features.features.Names())) {
    value.margin_feature = **doc.margin_feature;
  }
  value.margin_share_ppm = doc.margin_share.ppm;
  value.margin_micro = scope.Micros(doc.margin);
  value.periods_after = static_cast<std::int32_t>(
      scope.InRange(doc.periods_after, 0, 120, doc.place, doc.path + ".periods_after"));
  value.discount_ppm = doc.discount.ppm;
  value.effect_keep_ppm = doc.effect_keep.ppm;
  if (doc.resolution) value.resolution_micro = scope.Micros(*doc.resolution);
  if (doc.complaint) value.complaint_micro = scope.Micros(*doc.complaint);
}

/// A sign of service recovery: its key, where it is written, and its limit where none is.
struct SignEntry {
  std::string_view name;
  std::optional<SignDoc> ServiceRecoveryDoc::* doc;
  bool is_below;
  Decimal limit;
};

// The gravest first: the first that shows is a candidate's cause.
constexpr SignEntry kSigns[] = {
    {"complaints", &ServiceRecoveryDoc::complaints, false, {1, 0}},
    {"overdue", &ServiceRecoveryDoc::overdue, false, {1, 0}},
    {"reopened", &ServiceRecoveryDoc::reopened, false, {1, 0}},
    {"sla_due", &ServiceRecoveryDoc::sla_due, true, {4LL * 3600 * 1000, 0}},
    {"sentiment", &ServiceRecoveryDoc::sentiment, true, {-1, 0}},
    {"outages", &ServiceRecoveryDoc::outages, false, {2, 0}},
    {"errors", &ServiceRecoveryDoc::errors, false, {5, 0}},
    {"failed_payments", &ServiceRecoveryDoc::failed_payments, false, {3, 0}},
    {"open_tickets", &ServiceRecoveryDoc::open_tickets, false, {2, 0}},
};

void CompileSigns(CompileScope& scope) {
  const ServiceRecoveryDoc& signs = scope.docs.catalogue.service_recovery;
  const auto& features = scope.docs.features.features;
  for (const SignEntry& entry : kSigns) {
    const std::optional<SignDoc>& doc = signs.*entry.doc;
    if (!doc || !scope.Knows("feature", doc->feature, features.Names())) continue;
    const FeatureDoc* const feature = features.Find(*doc->feature);
    const Decimal limit = doc->limit
                              ? scope.Number(*doc->limit, feature, doc->place, doc->path + ".limit")
                              : entry.limit;
    scope.core.catalogue.service_recovery.signs.push_back(
        {std::string(entry.name), *doc->feature, entry.is_below, limit});
  }
}

std::vector<std::string> ToAnswers(CompileScope& scope, const ActionDoc& doc) {
  const std::vector<ServiceSign>& signs = scope.core.catalogue.service_recovery.signs;
  std::vector<std::string> known(signs.size());
  std::ranges::transform(signs, known.begin(), &ServiceSign::name);
  std::vector<std::string> answers;
  for (const Placed<std::string>& name : doc.answers) {
    if (scope.Knows("listed sign", name, known)) answers.push_back(*name);
  }
  return answers;
}

std::vector<UpliftPrior> ToPriors(CompileScope& scope, const std::vector<UpliftDoc>& docs) {
  std::vector<UpliftPrior> priors;
  for (const UpliftDoc& from : docs) {
    UpliftPrior prior;
    if (from.segment) {
      const Placed<std::string> name{from.segment->value.value, from.segment->place,
                                     from.segment->path};
      scope.Knows("segment", name, scope.docs.catalogue.segments.Names());
      prior.segment = *name;
    }
    prior.mean_ppb = from.mean.ppb;
    prior.low_ppb = from.low.ppb;
    prior.high_ppb = from.high.ppb;
    prior.basis = *from.basis;
    if (prior.low_ppb > prior.mean_ppb || prior.mean_ppb > prior.high_ppb) {
      scope.Error(from.place, from.path, "the interval is out of order; write low <= mean <= high");
    }
    if (std::ranges::find(priors, prior.segment, &UpliftPrior::segment) != priors.end()) {
      scope.Error(from.place, from.path, "there is another uplift for this segment; remove one");
    }
    priors.push_back(std::move(prior));
  }
  return priors;
}

/// An outcome that is changed must be worth something.
void CheckWorth(CompileScope& scope, const ActionDoc& doc, std::string_view outcome,
                bool is_changed, const std::optional<Placed<Money>>& worth) {
  if (!is_changed || worth) return;
  scope.Error(doc.place, doc.path + "." + std::string(outcome),
              "bundle.yaml does not say what it is worth; add value." + std::string(outcome));
}

void CompileOutcomes(CompileScope& scope, const ActionDoc& doc, ActionDefinition& action) {
  action.uplift = ToPriors(scope, doc.uplift);
  action.resolution = ToPriors(scope, doc.resolution);
  action.complaint = ToPriors(scope, doc.complaint);
  const WorthDoc& worth = scope.docs.bundle.value;
  CheckWorth(scope, doc, "resolution", !doc.resolution.empty(), worth.resolution);
  CheckWorth(scope, doc, "complaint", !doc.complaint.empty(), worth.complaint);
  if (doc.uplift.empty() && doc.resolution.empty() && doc.complaint.empty()) {
    scope.Error(doc.place, doc.path + ".uplift",
                "there is none, nor another outcome; say what the action is assumed to change");
  }
}

std::vector<TreatmentDefinition> ToTreatments(CompileScope& scope, const ActionDoc& doc) {
  std::vector<TreatmentDefinition> treatments;
  for (const auto& entry : doc.treatments.entries) {
    const TreatmentDoc& from = entry.value;
    TreatmentDefinition treatment;
    treatment.name = entry.name;
    treatment.channel = from.channel->value;
    treatment.template_name = from.template_name;
    treatment.cost_micro = scope.Micros(from.cost);
    treatment.send_window_ms = scope.Millis(from.send_window, std::chrono::minutes(1), 30 * kDay);
    treatments.push_back(std::move(treatment));
  }
  if (treatments.empty()) {
    scope.Error(doc.place, doc.path + ".treatments", "the map is empty; add a treatment");
  }
  return treatments;
}

IncentiveDefinition ToIncentive(CompileScope& scope, const IncentiveDoc& doc) {
  IncentiveDefinition incentive;
  incentive.amount_micro = scope.Micros(doc.amount);
  incentive.take_up_ppm = doc.take_up.ppm;
  incentive.payments = static_cast<std::int32_t>(
      scope.InRange(doc.payments, 0, 120, doc.place, doc.path + ".payments"));
  return incentive;
}

ActionDefinition ToAction(CompileScope& scope, const std::string& name, const ActionDoc& doc) {
  ActionDefinition action;
  action.name = name;
  action.domain = doc.domain.value;
  action.purpose = doc.purpose.value;
  action.contact_class = doc.contact_class;
  action.risk_class = doc.risk;
  action.is_reversible = doc.is_reversible;
  action.cause = doc.cause;
  action.eligible = scope.Conditions(doc.eligible);
  action.applicable = scope.Conditions(doc.applicable);
  action.suitable = scope.Conditions(doc.suitable);
  if (doc.incentive) action.incentive = ToIncentive(scope, *doc.incentive);
  if (doc.fatigue) action.fatigue_micro = scope.Micros(*doc.fatigue);
  if (doc.risk_cost) action.risk_micro = scope.Micros(*doc.risk_cost);
  CompileOutcomes(scope, doc, action);
  action.answers = ToAnswers(scope, doc);
  action.treatments = ToTreatments(scope, doc);
  action.parameters = doc.parameters.words;
  return action;
}

/// Of every cause that an action acts on, the model must know the hazard.
void CheckCause(CompileScope& scope, const ActionDoc& doc) {
  const HazardsDoc& hazards = scope.docs.model.hazards;
  const bool is_known = doc.cause == ChurnCause::kVoluntary ? hazards.voluntary.has_value()
                                                            : hazards.involuntary.has_value();
  if (!is_known) {
    scope.Error(doc.place, doc.path + ".cause",
                "the model has no hazard of this cause; add it to models/ or change the cause");
  }
}

}  // namespace

void CompileCatalogue(CompileScope& scope) {
  const CatalogueDoc& doc = scope.docs.catalogue;
  Catalogue& catalogue = scope.core.catalogue;
  catalogue.name = scope.core.name;
  catalogue.version = scope.core.version;
  CompileValue(scope);
  catalogue.retention = {doc.retention.voluntary_min.ppb, doc.retention.involuntary_min.ppb};
  CompileSigns(scope);
  for (const auto& entry : doc.segments.entries) {
    catalogue.segments.push_back({entry.name, scope.Conditions(entry.value.when)});
  }
  for (const auto& entry : doc.actions.entries) {
    CheckCause(scope, entry.value);
    catalogue.actions.push_back(ToAction(scope, entry.name, entry.value));
  }
  if (catalogue.actions.empty()) {
    scope.Error(doc.place, "actions", "the map is empty; add an action");
  }
}

}  // namespace evenkeel::internal
