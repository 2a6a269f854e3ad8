#include "candidate_messages.h"

#include <algorithm>
#include <initializer_list>
#include <iterator>
#include <string>
#include <utility>

#include "messages.h"
#include "strict.h"

namespace evenkeel::internal {
namespace {

constexpr std::string_view kWhat = "a decision";

/// A part of an expected value and its place in the message.
struct EvPlace {
  EvPart EvParts::* part;
  v1::EvPart* (v1::ExpectedValue::*mutable_part)();
  const v1::EvPart& (v1::ExpectedValue::*get)() const;
};

constexpr EvPlace kEvPlaces[] = {
    {&EvParts::survival, &v1::ExpectedValue::mutable_survival, &v1::ExpectedValue::survival},
    {&EvParts::conversion, &v1::ExpectedValue::mutable_conversion, &v1::ExpectedValue::conversion},
    {&EvParts::resolution, &v1::ExpectedValue::mutable_resolution, &v1::ExpectedValue::resolution},
    {&EvParts::complaint, &v1::ExpectedValue::mutable_complaint, &v1::ExpectedValue::complaint},
    {&EvParts::opt_out, &v1::ExpectedValue::mutable_opt_out, &v1::ExpectedValue::opt_out},
    {&EvParts::incentive, &v1::ExpectedValue::mutable_incentive, &v1::ExpectedValue::incentive},
    {&EvParts::contact, &v1::ExpectedValue::mutable_contact, &v1::ExpectedValue::contact},
    {&EvParts::fatigue, &v1::ExpectedValue::mutable_fatigue, &v1::ExpectedValue::fatigue},
    {&EvParts::risk, &v1::ExpectedValue::mutable_risk, &v1::ExpectedValue::risk},
    {&EvParts::budget, &v1::ExpectedValue::mutable_budget, &v1::ExpectedValue::budget},
};

void Write(const Candidate& candidate, v1::ExpectedValue& message) {
  for (const EvPlace& place : kEvPlaces) {
    const EvPart& part = candidate.ev.*place.part;
    v1::EvPart& out = *(message.*place.mutable_part)();
    out.set_basis(part.is_modelled ? v1::EV_PART_BASIS_MODELLED : v1::EV_PART_BASIS_NOT_MODELLED);
    out.set_micros(part.micro);
  }
  message.set_total_micros(candidate.ev_micro);
  message.set_low_micros(candidate.ev_low_micro);
  message.set_high_micros(candidate.ev_high_micro);
}

Status Read(const v1::ExpectedValue& message, Candidate& candidate) {
  for (const EvPlace& place : kEvPlaces) {
    const v1::EvPart& in = (message.*place.get)();
    if (in.basis() == v1::EV_PART_BASIS_UNSPECIFIED) return Damaged(kWhat, "expected value");
    candidate.ev.*place.part = {.is_modelled = in.basis() == v1::EV_PART_BASIS_MODELLED,
                                .micro = in.micros()};
  }
  candidate.ev_micro = message.total_micros();
  candidate.ev_low_micro = message.low_micros();
  candidate.ev_high_micro = message.high_micros();
  return {};
}

/// An outcome whose change a candidate may have.
struct UpliftPlace {
  std::string_view outcome;
  std::optional<UsedUplift> Candidate::* uplift;
};

constexpr UpliftPlace kUpliftPlaces[] = {{"survival", &Candidate::uplift},
                                         {"resolution", &Candidate::resolution},
                                         {"complaint", &Candidate::complaint}};

void Write(std::string_view outcome, const UsedUplift& uplift, v1::Uplift& message) {
  message.set_outcome(std::string(outcome));
  message.set_basis(static_cast<v1::UpliftBasis>(uplift.basis));
  message.set_mean_ppb(uplift.mean_ppb);
  message.set_low_ppb(uplift.low_ppb);
  message.set_high_ppb(uplift.high_ppb);
  message.set_used_ppb(uplift.used_ppb);
  message.set_segment(uplift.segment);
}

UsedUplift Read(const v1::Uplift& message) {
  return {.basis = EnumCast<UpliftBasis>(message.basis()),
          .segment = message.segment(),
          .mean_ppb = message.mean_ppb(),
          .low_ppb = message.low_ppb(),
          .high_ppb = message.high_ppb(),
          .used_ppb = message.used_ppb()};
}

/// Each outcome comes once, in the order in which they are written.
Status Read(const v1::Candidate& message, Candidate& candidate) {
  const UpliftPlace* next = std::begin(kUpliftPlaces);
  for (const v1::Uplift& uplift : message.uplifts()) {
    const UpliftPlace* place =
        std::find_if(next, std::end(kUpliftPlaces),
                     [&](const UpliftPlace& one) { return one.outcome == uplift.outcome(); });
    if (uplift.basis() == v1::UPLIFT_BASIS_UNSPECIFIED || place == std::end(kUpliftPlaces)) {
      return Damaged(kWhat, "uplift");
    }
    candidate.*place->uplift = Read(uplift);
    next = place + 1;
  }
  return {};
}

}  // namespace

void ToMessage(const Candidate& candidate, v1::Candidate& message) {
  message.set_action(candidate.action);
  message.set_domain(candidate.domain);
  message.set_proposer(candidate.proposer);
  message.set_treatment(candidate.treatment);
  message.set_channel(candidate.channel);
  message.set_cause(candidate.cause);
  message.set_autonomy_level(static_cast<v1::AutonomyLevel>(static_cast<int>(candidate.level) + 1));
  v1::TimeWindow& window = *message.mutable_send_window();
  window.set_start_time_ms(candidate.send_from.value);
  window.set_end_time_ms(candidate.send_by.value);
  for (const UpliftPlace& place : kUpliftPlaces) {
    const std::optional<UsedUplift>& uplift = candidate.*place.uplift;
    if (uplift) Write(place.outcome, *uplift, *message.add_uplifts());
  }
  Write(candidate, *message.mutable_expected_value());
  for (const Reason& reason : candidate.reasons) {
    v1::Reason& out = *message.add_reasons();
    out.set_code(static_cast<v1::ReasonCode>(reason.code));
    out.set_rule(reason.rule);
  }
  if (candidate.next_eligible) message.set_next_eligible_time_ms(candidate.next_eligible->value);
  message.set_selection_ppb(candidate.selection_ppb);
}

Result<Candidate> FromMessage(const v1::Candidate& message) {
  Candidate candidate;
  candidate.action = message.action();
  candidate.domain = message.domain();
  candidate.proposer = message.proposer();
  candidate.treatment = message.treatment();
  candidate.channel = message.channel();
  candidate.cause = message.cause();
  if (message.autonomy_level() == v1::AUTONOMY_LEVEL_UNSPECIFIED) {
    return Damaged(kWhat, "autonomy level");
  }
  candidate.level = EnumCast<AutonomyLevel>(message.autonomy_level() - 1);
  candidate.send_from = {message.send_window().start_time_ms()};
  candidate.send_by = {message.send_window().end_time_ms()};
  EVENKEEL_RETURN_IF_ERROR(Read(message, candidate));
  EVENKEEL_RETURN_IF_ERROR(Read(message.expected_value(), candidate));
  for (const v1::Reason& reason : message.reasons()) {
    if (reason.code() == v1::REASON_CODE_UNSPECIFIED) return Damaged(kWhat, "reason");
    candidate.reasons.push_back({EnumCast<ReasonCode>(reason.code()), reason.rule()});
  }
  if (message.has_next_eligible_time_ms()) {
    candidate.next_eligible = TimeMs{message.next_eligible_time_ms()};
  }
  candidate.selection_ppb = message.selection_ppb();
  return candidate;
}

void ToMessage(const ChurnScore& score, v1::ChurnScore& message) {
  message.set_model(score.card);
  message.set_model_version(score.card_version);
  message.set_period_ms(score.period_ms);
  message.set_horizon_periods(score.horizon_periods);
  message.set_churn_ppb(score.churn_ppb);
  for (const HazardScore& hazard : score.hazards) {
    v1::HazardScore& out = *message.add_hazards();
    out.set_cause(static_cast<v1::ChurnCause>(hazard.cause));
    out.set_intercept_micros(hazard.intercept_micro);
    out.set_linear_micros(hazard.linear_micro);
    out.set_hazard_ppb(hazard.hazard_ppb);
    out.set_churn_ppb(hazard.churn_ppb);
    for (const Contribution& contribution : hazard.contributions) {
      v1::Contribution& part = *out.add_contributions();
      part.set_feature(contribution.feature);
      part.set_micros(contribution.micro);
    }
  }
}

Result<ChurnScore> FromMessage(const v1::ChurnScore& message) {
  ChurnScore score;
  score.card = message.model();
  score.card_version = message.model_version();
  score.period_ms = message.period_ms();
  score.horizon_periods = message.horizon_periods();
  score.churn_ppb = message.churn_ppb();
  for (const v1::HazardScore& in : message.hazards()) {
    if (in.cause() == v1::CHURN_CAUSE_UNSPECIFIED) return Damaged(kWhat, "cause");
    HazardScore& hazard = score.hazards.emplace_back();
    hazard.cause = EnumCast<ChurnCause>(in.cause());
    hazard.intercept_micro = in.intercept_micros();
    hazard.linear_micro = in.linear_micros();
    hazard.hazard_ppb = in.hazard_ppb();
    hazard.churn_ppb = in.churn_ppb();
    for (const v1::Contribution& part : in.contributions()) {
      hazard.contributions.push_back({part.feature(), part.micros()});
    }
  }
  return score;
}

void ToMessage(const UsedFeature& feature, v1::FeatureValue& message) {
  message.set_name(feature.name);
  if (feature.is_missing) return;
  if (!feature.symbol.empty()) {
    message.set_symbol(feature.symbol);
    return;
  }
  message.set_number(feature.number);
  message.set_scale(feature.scale);
}

UsedFeature FromMessage(const v1::FeatureValue& message) {
  UsedFeature feature;
  feature.name = message.name();
  feature.is_missing = !message.has_number() && !message.has_symbol();
  feature.number = message.number();
  feature.scale = static_cast<std::uint8_t>(message.scale());
  feature.symbol = message.symbol();
  return feature;
}

void ToMessage(const PlannedAction& action, v1::PlannedAction& message) {
  message.set_action_id(action.action_id);
  message.set_action(action.action);
  message.set_domain(action.domain);
  message.set_proposer(action.proposer);
  message.set_treatment(action.treatment);
  message.set_template_name(action.template_name);
  message.set_channel(action.channel);
  message.set_purpose(action.purpose);
  message.set_action_class(static_cast<v1::ActionClass>(action.contact_class));
  message.set_risk_class(static_cast<v1::RiskClass>(action.risk_class));
  message.set_is_reversible(action.is_reversible);
  v1::TimeWindow& window = *message.mutable_send_window();
  window.set_start_time_ms(action.send_from.value);
  window.set_end_time_ms(action.send_by.value);
  message.set_incentive_micros(action.incentive_micro);
  message.set_incentive_payments(action.incentive_payments);
  for (const auto& [name, value] : action.parameters) {
    v1::NamedValue& out = *message.add_parameters();
    out.set_name(name);
    out.set_text(value);
  }
}

Result<PlannedAction> FromMessage(const v1::PlannedAction& message) {
  if (message.action_class() == v1::ACTION_CLASS_UNSPECIFIED ||
      message.risk_class() == v1::RISK_CLASS_UNSPECIFIED) {
    return Damaged(kWhat, "class of its action");
  }
  PlannedAction action;
  action.action_id = message.action_id();
  action.action = message.action();
  action.domain = message.domain();
  action.proposer = message.proposer();
  action.treatment = message.treatment();
  action.template_name = message.template_name();
  action.channel = message.channel();
  action.purpose = message.purpose();
  action.contact_class = EnumCast<ContactClass>(message.action_class());
  action.risk_class = EnumCast<RiskClass>(message.risk_class());
  action.is_reversible = message.is_reversible();
  action.send_from = {message.send_window().start_time_ms()};
  action.send_by = {message.send_window().end_time_ms()};
  action.incentive_micro = message.incentive_micros();
  action.incentive_payments = message.incentive_payments();
  for (const v1::NamedValue& parameter : message.parameters()) {
    action.parameters.emplace_back(parameter.name(), parameter.text());
  }
  return action;
}

}  // namespace evenkeel::internal
