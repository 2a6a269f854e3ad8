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
}

std::vector<UpliftPrior> ToPriors(CompileScope& scope, const ActionDoc& doc) {
  std::vector<UpliftPrior> priors;
  for (const UpliftDoc& from : doc.uplift) {
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
  if (priors.empty()) {
    scope.Error(doc.place, doc.path + ".uplift",
                "the list is empty; say what the action is assumed to change");
  }
  return priors;
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
  action.uplift = ToPriors(scope, doc);
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
