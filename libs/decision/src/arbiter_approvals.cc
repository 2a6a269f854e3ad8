// What the arbiter does where a person is asked: the request, and what follows from the answer, or
// from none.

#include <algorithm>
#include <string>
#include <utility>

#include "arbiter.h"

#include "evenkeel/base/check.h"
#include "evenkeel/features/fixed_math.h"

namespace evenkeel {
namespace {

constexpr std::uint8_t kMicroScale = 6;

std::int64_t TextBytes(const ActionDefinition& action) {
  std::size_t bytes = 0;
  for (const auto& [name, value] : action.parameters) bytes += name.size() + value.size() + 10;
  return static_cast<std::int64_t>(bytes);
}

std::int64_t FaceOf(const IncentiveDefinition& incentive) {
  return incentive.amount_micro * std::max(incentive.payments, 1);
}

/// The same but for the times, which are of the moment.
bool IsSamePlan(PlannedAction a, const PlannedAction& b) {
  a.send_from = b.send_from;
  a.send_by = b.send_by;
  return a == b;
}

void Say(std::vector<Reason>& reasons, ReasonCode code) { reasons.push_back({code, {}}); }

}  // namespace

ApprovalNeed Arbiter::NeedFor(const Candidate& candidate, const ActionDefinition& action) const {
  const std::int64_t face = FaceOf(action.incentive);
  ApprovalSubject subject{.risk_class = action.risk_class, .face_micro = face};
  if (face > 0) subject.face_30d_micro = ledger().FaceSince({now_.value - kMoneyWindowMs});
  if (candidate.uplift) subject.uplift = candidate.uplift->basis;
  return NeedOf(definition_.policy.approvals, subject);
}

void Arbiter::JudgeRequests(const ActionDefinition& action, Candidate& candidate) const {
  const PendingApprovals& approvals = pending_.state->approvals;
  if (approvals.empty() || is_release()) return;
  if (approvals.IsOpen(action.name)) {
    candidate.reasons.push_back({ReasonCode::kApprovalOpen, {}});
  }
  const std::int64_t pause = definition_.policy.approvals.ask_again_after_ms;
  if (approvals.IsRejectedSince(action.name, {now_.value - pause})) {
    candidate.reasons.push_back({ReasonCode::kRecentlyRejected, {}});
  }
}

void Arbiter::JudgeRoom(const ActionDefinition& action, Candidate& candidate) const {
  if (candidate.level < AutonomyLevel::kL2 || !candidate.reasons.empty() || is_release()) return;
  if (pending_.state->approvals.HasRoomFor(TextBytes(action))) return;
  if (NeedFor(candidate, action).handling == RiskHandling::kAsk) {
    candidate.reasons.push_back({ReasonCode::kApprovalsFull, {}});
  }
}

void Arbiter::Widen(const Option& option) {
  const std::int64_t wait = definition_.policy.approvals.expires_after_ms;
  decision_.action->send_by = {now_.value + wait + TreatmentOf(option).send_window_ms};
}

void Arbiter::AskFor() {
  const ApprovalPolicy& policy = definition_.policy.approvals;
  const Candidate& chosen = decision_.candidates[decision_.chosen];
  PendingApproval pending;
  pending.action = *decision_.action;
  pending.point = decision_.point;
  ApprovalRequest& request = pending.request;
  request.approval_id = ApprovalIdOf(decision_.decision_id);
  request.customer = decision_.customer;
  request.decision_id = decision_.decision_id;
  request.action_id = pending.action.action_id;
  request.policy_revision = decision_.policy_version;
  if (const std::int64_t face = pending.action.FaceMicro(); face > 0) {
    request.amount = {.units = face, .scale = kMicroScale, .currency = decision_.currency};
  }
  request.risk_class = pending.action.risk_class;
  request.proposer = pending.action.proposer;
  for (const Reason& reason : decision_.verdict_reasons) {
    request.reasons.emplace_back(ReasonCodeName(reason.code));
  }
  request.required_role = policy.role;
  request.requested = request.changed = now_;
  request.expires = pending.due = {now_.value + policy.expires_after_ms};
  request.expected_value_micro = chosen.ev_micro;
  decision_.approval_id = request.approval_id;
  decision_.request = request;
  pending_.state->AddApproval(std::move(pending));
}

Decision Arbiter::Follow(const ApprovalStep& step) {
  Describe(step.point);
  AddNoAction();
  decision_.candidates[0].selection_ppb = kBillion;
  decision_.approval_id = step.approval_id;
  decision_.answer = step.answer;
  request_ = pending_.state->approvals.Find(step.approval_id);
  if (request_ != nullptr) decision_.action = request_->action;
  if (step.no_effect) {
    decision_.verdict = DecisionVerdict::kNoEffect;
    Say(decision_.verdict_reasons, *step.no_effect);
    return std::move(decision_);
  }
  EVENKEEL_CHECK(request_ != nullptr);
  if (!decision_.answer) decision_.answer = request_->answer;
  if (decision_.answer && decision_.answer->kind == VerdictKind::kRejected) {
    End(ApprovalState::kRejected, DecisionVerdict::kRejected, {{ReasonCode::kRejected, {}}});
  } else if (!decision_.answer || now_ >= request_->request.expires) {
    End(ApprovalState::kExpired, DecisionVerdict::kExpired, {{ReasonCode::kExpired, {}}});
  } else {
    CheckRelease();
  }
  return std::move(decision_);
}

std::optional<Arbiter::Option> Arbiter::ApprovedOption() {
  const PlannedAction& approved = request_->action;
  const std::vector<ActionDefinition>& actions = definition_.catalogue.actions;
  for (std::uint32_t i = 0; i < actions.size(); ++i) {
    if (actions[i].name != approved.action) continue;
    for (std::uint32_t j = 0; j < actions[i].treatments.size(); ++j) {
      const Option option{{i, j, {}}, approved.proposer, {}};
      if (actions[i].treatments[j].name != approved.treatment) continue;
      PlannedAction plan = PlanFor(option);
      plan.action_id = approved.action_id;
      plan.decision_id = approved.decision_id;
      const Money& amount = request_->request.amount;
      const bool is_same_money = amount.units == 0 || amount.currency == definition_.currency;
      if (is_same_money && IsSamePlan(std::move(plan), approved)) return option;
    }
  }
  return std::nullopt;
}

void Arbiter::CheckRelease() {
  const std::optional<Option> option = ApprovedOption();
  if (!option) {
    return End(ApprovalState::kNotReleased, DecisionVerdict::kNotReleased,
               {{ReasonCode::kActionChanged, {}}});
  }
  ledger_ = pending_.state->ledger.Without(*ParseActionId(request_->action.action_id));
  Judge(*option, request_->action.domain);
  Candidate& candidate = decision_.candidates[1];
  // Not worse than nothing is enough for what a person wants.
  std::erase_if(candidate.reasons, [&](const Reason& reason) {
    return reason.code == ReasonCode::kNoValue && candidate.ev_micro == 0;
  });
  JudgeRelease(ActionOf(*option), candidate);
  if (candidate.reasons.empty()) return Release(candidate);
  const bool is_night = std::ranges::all_of(candidate.reasons, [](const Reason& reason) {
    return reason.code == ReasonCode::kQuietHours;
  });
  const TimeMs next = candidate.next_eligible.value_or(TimeMs::Max());
  if (is_night && next < request_->request.expires) return Hold(candidate, next);
  End(ApprovalState::kNotReleased, DecisionVerdict::kNotReleased, candidate.reasons);
}

void Arbiter::JudgeRelease(const ActionDefinition& action, Candidate& candidate) const {
  if (candidate.level < AutonomyLevel::kL2) Say(candidate.reasons, ReasonCode::kLevelTooLow);
  const ApprovalNeed need = NeedFor(candidate, action);
  if (need.handling == RiskHandling::kRecommend) Say(candidate.reasons, ReasonCode::kRiskClass);
  if (need.handling == RiskHandling::kAsk &&
      definition_.policy.approvals.role != decision_.answer->approver_role) {
    Say(candidate.reasons, ReasonCode::kRoleNotAllowed);
  }
  if (holdout_.is_held_out && definition_.policy.RuleOf(action.contact_class).is_held_out) {
    Say(candidate.reasons, ReasonCode::kHeldOut);
  }
}

void Arbiter::ChooseApproved(Candidate& candidate) {
  decision_.candidates[0].selection_ppb = 0;
  decision_.candidates[0].reasons.push_back({ReasonCode::kLowerValue, {}});
  decision_.chosen = 1;
  candidate.selection_ppb = kBillion;
}

void Arbiter::Release(Candidate& candidate) {
  ChooseApproved(candidate);
  MoveContact(now_, candidate.send_by);
  request_->action.send_from = now_;
  request_->action.send_by = candidate.send_by;
  End(ApprovalState::kReleased, DecisionVerdict::kReleased, {{ReasonCode::kApproved, {}}});
}

void Arbiter::Hold(Candidate& candidate, TimeMs until) {
  decision_.verdict_reasons = std::exchange(candidate.reasons, {});
  ChooseApproved(candidate);
  decision_.verdict = DecisionVerdict::kHeld;
  MoveContact(until, {until.value + TreatmentOf(options_[0]).send_window_ms});
  ApprovalRequest& request = request_->request;
  request.state = ApprovalState::kHeld;
  request.held_until = until;
  Answered(request);
  request_->answer = decision_.answer;
  request_->answer->comment.clear();
  request_->due = until;
  decision_.next_look = until;
  decision_.request = request;
}

void Arbiter::End(ApprovalState state, DecisionVerdict verdict, std::vector<Reason> reasons) {
  ApprovalRequest& request = request_->request;
  request.state = state;
  request.closed_reason = ReasonCodeName(reasons.front().code);
  request.held_until.reset();
  Answered(request);
  decision_.verdict = verdict;
  decision_.verdict_reasons = std::move(reasons);
  decision_.action = request_->action;
  decision_.request = request;
  CustomerState& customer = *pending_.state;
  if (state != ApprovalState::kReleased) {
    customer.ledger.Return(*ParseActionId(request_->action.action_id));
  }
  customer.approvals.Close(decision_.approval_id, state, now_);
  request_ = nullptr;
}

void Arbiter::Answered(ApprovalRequest& request) const {
  request.changed = now_;
  if (!decision_.answer) return;
  request.verdict_id = decision_.answer->verdict_id;
  request.approver = decision_.answer->approver;
}

void Arbiter::MoveContact(TimeMs from, TimeMs by) {
  pending_.state->ledger.Move(*ParseActionId(request_->action.action_id), from, by,
                              {by.value + definition_.policy.receipt_grace_ms});
}

}  // namespace evenkeel
