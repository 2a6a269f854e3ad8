#include "arbiter.h"

#include <algorithm>

#include "outcome_priors.h"

#include "evenkeel/decision/expected_value.h"
#include "evenkeel/features/fixed_math.h"

namespace evenkeel {
namespace {

void Say(Candidate& candidate, ReasonCode code, std::string rule = {}) {
  candidate.reasons.push_back({code, std::move(rule)});
}

std::string NameOfScope(const KillSwitch& kill) {
  return kill.scope == SwitchScope::kEverything ? std::string("everything") : kill.name;
}

}  // namespace

Arbiter::Arbiter(const DecisionCore& core, PendingDecision& pending, const DecisionScope& scope,
                 const Control& control)
    : core_(core),
      definition_(core.definition()),
      pending_(pending),
      scope_(scope),
      control_(control),
      now_(pending.request.now),
      holdout_(DrawHoldout(definition_.policy.holdout, pending.customer.value(), now_)) {}

Decision Arbiter::Decide() {
  Describe(definition_.catalogue.points[pending_.request.point].name);
  AddNoAction();
  Propose();
  Choose();
  LookAgain();
  return std::move(decision_);
}

void Arbiter::Describe(const std::string& point) {
  const DecisionRequest& request = pending_.request;
  decision_.point = point;
  decision_.decision_id = DecisionIdOf(scope_, pending_.customer.value(), request.trigger,
                                       decision_.point, request.ordinal);
  decision_.customer = pending_.customer;
  decision_.trigger = request.trigger;
  decision_.ordinal = request.ordinal;
  decision_.decided = now_;
  decision_.seed = SeedOf(decision_.decision_id);
  decision_.bundle = definition_.name;
  decision_.bundle_version = definition_.version;
  decision_.bundle_digest = definition_.digest;
  decision_.policy_version = definition_.policy.version;
  decision_.catalogue_version = definition_.catalogue.version;
  decision_.context_revision = control_.revision;
  decision_.currency = definition_.currency;
  decision_.arm = holdout_.is_held_out ? Arm::kHoldout : Arm::kTreated;
  decision_.holdout_epoch = holdout_.epoch;
  if (const TimeZoneTable* zone = core_.contacts_.ZoneOf(pending_.state->profile)) {
    decision_.time_zone = zone->name;
    decision_.time_zone_version = zone->version;
  }
  for (const std::uint32_t index : core_.features_.by_name()) {
    const FeatureDefinition& feature = core_.features_.definition(index);
    const FeatureValue& value = pending_.values[index];
    decision_.features.push_back(
        {feature.name, value.is_missing, value.number, feature.scale, std::string(value.symbol)});
  }
  decision_.churn = pending_.churn;
  const ValueDefinition& value = definition_.catalogue.value;
  decision_.value_micro = SurvivalValueMicro(
      value, MarginMicro(value, core_.features_, pending_.values), decision_.churn);
  const ConditionSubject subject{pending_.values, pending_.churn, pending_.state->profile};
  for (std::size_t i = 0; i < core_.segments_.size() && decision_.segment.empty(); ++i) {
    if (core_.segments_[i].FirstFailing(subject).empty()) {
      decision_.segment = definition_.catalogue.segments[i].name;
    }
  }
}

void Arbiter::AddNoAction() {
  Candidate nothing;
  nothing.action = kNoActionName;
  nothing.ev = {{true, 0}, {true, 0}, {true, 0}, {true, 0}, {true, 0},
                {true, 0}, {true, 0}, {true, 0}, {true, 0}, {true, 0}};
  decision_.candidates.push_back(std::move(nothing));
}

void Arbiter::Propose() {
  const ProposalContext context{.catalogue = definition_.catalogue,
                                .churn = decision_.churn,
                                .feature_set = core_.features_,
                                .features = pending_.values,
                                .profile = pending_.state->profile,
                                .now = now_};
  std::vector<Proposal> proposals;
  for (const std::string& domain : definition_.catalogue.points[pending_.request.point].domains) {
    const Proposer* proposer = FindProposer(domain);
    proposals.clear();
    proposer->Propose(context, proposals);
    for (const Proposal& proposal : proposals) {
      Judge({proposal, proposer->identity(), {}}, domain);
    }
  }
}

const ActionDefinition& Arbiter::ActionOf(const Option& option) const {
  return definition_.catalogue.actions[option.proposal.action];
}

const TreatmentDefinition& Arbiter::TreatmentOf(const Option& option) const {
  return ActionOf(option).treatments[option.proposal.treatment];
}

ContactRequest Arbiter::RequestOf(const Option& option) const {
  const ActionDefinition& action = ActionOf(option);
  const TreatmentDefinition& treatment = TreatmentOf(option);
  return {.action = action.name,
          .channel = treatment.channel,
          .purpose = action.purpose,
          .contact_class = action.contact_class,
          .send_window_ms = treatment.send_window_ms};
}

void Arbiter::Judge(const Option& option, const std::string& domain) {
  const ActionDefinition& action = ActionOf(option);
  const TreatmentDefinition& treatment = TreatmentOf(option);
  Candidate candidate;
  candidate.action = action.name;
  candidate.domain = domain;
  candidate.proposer = option.proposer;
  candidate.treatment = treatment.name;
  candidate.channel = treatment.channel;
  candidate.cause = option.proposal.cause;
  candidate.level = LevelOf(definition_.policy, control_, domain, action.name);
  candidate.send_from = now_;
  Option judged = option;
  JudgePolicy(action, RequestOf(option), judged, candidate);
  JudgeValue(action, treatment, candidate);
  JudgeRoom(action, candidate);
  options_.push_back(judged);
  decision_.candidates.push_back(std::move(candidate));
}

void Arbiter::JudgePolicy(const ActionDefinition& action, const ContactRequest& request,
                          Option& option, Candidate& candidate) {
  const SwitchSubject subject{candidate.domain, action.name, request.channel, candidate.proposer};
  if (const KillSwitch* kill = FindSwitch(control_.switches, subject)) {
    Say(candidate, ReasonCode::kKillSwitch, NameOfScope(*kill));
  }
  if (candidate.level == AutonomyLevel::kL0) Say(candidate, ReasonCode::kScoreOnly);
  JudgeRequests(action, candidate);
  JudgeConditions(option.proposal, candidate);
  const bool is_for_good = !candidate.reasons.empty();
  ContactAnswer answer = core_.contacts_.Check(request, {.profile = pending_.state->profile,
                                                         .ledger = ledger(),
                                                         .is_held_out = holdout_.is_held_out,
                                                         .now = now_});
  candidate.send_by = option.send_by = answer.send_by;
  if (!is_for_good) candidate.next_eligible = answer.next_eligible;
  std::move(answer.reasons.begin(), answer.reasons.end(), std::back_inserter(candidate.reasons));
  const TimeMs cut{now_.value - core_.contacts_.history_ms()};
  if (!ledger().MakeRoom(cut)) Say(candidate, ReasonCode::kLedgerFull);
}

void Arbiter::JudgeConditions(const Proposal& proposal, Candidate& candidate) {
  const DecisionCore::Action& compiled = core_.actions_[proposal.action];
  const ConditionSubject subject{pending_.values, pending_.churn, pending_.state->profile};
  const auto check = [&](const ConditionSet& conditions, ReasonCode code) {
    const std::string_view failing = conditions.FirstFailing(subject);
    if (!failing.empty()) Say(candidate, code, std::string(failing));
  };
  check(compiled.eligible, ReasonCode::kNotEligible);
  check(compiled.applicable, ReasonCode::kNotApplicable);
  check(compiled.suitable, ReasonCode::kNotSuitable);
}

void Arbiter::JudgeValue(const ActionDefinition& action, const TreatmentDefinition& treatment,
                         Candidate& candidate) {
  const OutcomePriors priors(action, decision_.segment, decision_.churn);
  if (priors.empty()) {
    candidate.next_eligible.reset();
    return Say(candidate, ReasonCode::kNoUplift, decision_.segment);
  }
  const auto value_of = [&](const OutcomeChanges& changes) {
    return ExpectedValue(action, treatment, definition_.catalogue.value, decision_.churn,
                         decision_.value_micro, changes);
  };
  priors.Describe(candidate);
  candidate.ev = value_of(priors.Mean());
  candidate.ev_micro = candidate.ev.TotalMicro();
  candidate.ev_low_micro = value_of(priors.Worst()).TotalMicro();
  candidate.ev_high_micro = value_of(priors.Best()).TotalMicro();
  if (candidate.ev_micro <= 0) Say(candidate, ReasonCode::kNoValue);
}

void Arbiter::Choose() {
  std::vector<Candidate>& candidates = decision_.candidates;
  bool is_something_blocked = false;
  for (std::uint32_t i = 1; i < candidates.size(); ++i) {
    if (!candidates[i].reasons.empty()) {
      is_something_blocked |= candidates[i].ev_micro > 0;
      continue;
    }
    // Of equal ones the first proposed wins: the catalogue's order is the tie-break.
    if (candidates[i].ev_micro > candidates[decision_.chosen].ev_micro) decision_.chosen = i;
  }
  for (std::uint32_t i = 0; i < candidates.size(); ++i) {
    if (i == decision_.chosen) continue;
    if (candidates[i].reasons.empty()) Say(candidates[i], ReasonCode::kLowerValue);
  }
  Candidate& chosen = candidates[decision_.chosen];
  chosen.selection_ppb = kBillion;
  if (decision_.chosen == 0) {
    decision_.verdict =
        is_something_blocked ? DecisionVerdict::kBlocked : DecisionVerdict::kNoAction;
    return;
  }
  const Option& option = options_[decision_.chosen - 1];
  ApprovalNeed need = NeedFor(chosen, ActionOf(option));
  decision_.verdict = VerdictOf(chosen, need);
  decision_.action = PlanFor(option);
  const bool is_withheld =
      holdout_.is_held_out && definition_.policy.RuleOf(ActionOf(option).contact_class).is_held_out;
  // What would have used up caps uses up shadow ones; a recommendation uses up neither.
  const bool is_asked = decision_.verdict == DecisionVerdict::kAskApproval && !is_withheld;
  if (is_asked) Widen(option);
  if (decision_.verdict != DecisionVerdict::kRecommend) {
    Reserve(option, is_withheld ? ContactState::kShadow : ContactState::kReserved);
  }
  if (is_withheld) {
    decision_.verdict = DecisionVerdict::kWithheld;
  } else if (chosen.level >= AutonomyLevel::kL2) {
    decision_.verdict_reasons = std::move(need.reasons);
  }
  if (is_asked) AskFor();
}

DecisionVerdict Arbiter::VerdictOf(const Candidate& candidate, const ApprovalNeed& need) const {
  if (candidate.level < AutonomyLevel::kL2 || need.handling == RiskHandling::kRecommend) {
    return DecisionVerdict::kRecommend;
  }
  if (need.handling == RiskHandling::kAsk) return DecisionVerdict::kAskApproval;
  return candidate.channel == kTaskChannel ? DecisionVerdict::kTask : DecisionVerdict::kExecute;
}

PlannedAction Arbiter::PlanFor(const Option& option) const {
  const ActionDefinition& action = ActionOf(option);
  const TreatmentDefinition& treatment = TreatmentOf(option);
  PlannedAction plan;
  plan.action_id = ActionIdOf(decision_.decision_id, 0);
  plan.decision_id = decision_.decision_id;
  plan.customer = decision_.customer;
  plan.action = action.name;
  plan.domain = action.domain;
  plan.proposer = option.proposer;
  plan.treatment = treatment.name;
  plan.template_name = treatment.template_name;
  plan.channel = treatment.channel;
  plan.purpose = action.purpose;
  plan.contact_class = action.contact_class;
  plan.risk_class = action.risk_class;
  plan.is_reversible = action.is_reversible;
  plan.send_from = now_;
  plan.send_by = option.send_by;
  plan.incentive_micro = action.incentive.amount_micro;
  plan.incentive_payments = action.incentive.payments;
  plan.parameters = action.parameters;
  return plan;
}

void Arbiter::Reserve(const Option& option, ContactState state) {
  const PlannedAction& plan = *decision_.action;
  ContactEntry entry = core_.contacts_.EntryFor(RequestOf(option), state, now_, plan.send_by);
  entry.face_micro = plan.FaceMicro();
  entry.action_key = *ParseActionId(plan.action_id);
  pending_.state->AddContact(std::move(entry));
}

void Arbiter::LookAgain() {
  const DecisionPointDefinition& point = definition_.catalogue.points[pending_.request.point];
  const std::int64_t best = decision_.candidates[decision_.chosen].ev_micro;
  TimeMs next = TimeMs::Max();
  for (const Candidate& candidate : decision_.candidates) {
    if (!candidate.next_eligible || candidate.ev_micro <= best) continue;
    next = std::min(next, *candidate.next_eligible);
  }
  if (next == TimeMs::Max()) return;
  next = std::max(next, TimeMs{now_.value + std::max<std::int64_t>(point.min_interval_ms, 1)});
  PointState& known = pending_.state->PointOf(point.name);
  known.wake = std::min(known.wake, next);
  decision_.next_look = next;
}

Decision DecisionCore::Arbitrate(PendingDecision& pending, const DecisionScope& scope,
                                 const Control& control) const {
  Arbiter arbiter(*this, pending, scope, control);
  const std::shared_ptr<const ApprovalStep> approval = pending.request.approval;
  return approval == nullptr ? arbiter.Decide() : arbiter.Follow(*approval);
}

}  // namespace evenkeel
