#include "messages.h"
#include "strict.h"

#include "evenkeel/codec/action_codec.h"
#include "evenkeel/v1/approvals.pb.h"

namespace evenkeel {
namespace {

constexpr std::string_view kWhat = "an approval request";

}  // namespace

EncodedRecord ApprovalRequestRecordOf(const ApprovalRequest& request, std::string_view deployment) {
  v1::ApprovalRequest message;
  message.set_format(1);
  message.set_approval_id(request.approval_id);
  message.set_state(static_cast<v1::ApprovalState>(request.state));
  message.set_customer_id(request.customer.value());
  message.set_decision_id(request.decision_id);
  message.set_action_id(request.action_id);
  message.set_action(request.action);
  message.set_action_digest(std::string(AsBytes(request.action_digest)));
  message.set_policy_revision(request.policy_revision);
  if (!request.amount.currency.view().empty()) {
    internal::ToMessage(request.amount, *message.mutable_amount());
  }
  message.set_risk_class(static_cast<v1::RiskClass>(request.risk_class));
  message.set_proposer(request.proposer);
  for (const std::string& reason : request.reasons) message.add_reasons(reason);
  message.set_required_role(request.required_role);
  message.set_requested_time_ms(request.requested.value);
  message.set_expires_time_ms(request.expires.value);
  message.set_expected_value_micros(request.expected_value_micro);
  message.set_environment(static_cast<v1::Environment>(request.environment));
  message.set_closed_reason(request.closed_reason);
  message.set_is_simulated(request.is_simulated);
  message.set_verdict_id(request.verdict_id);
  message.set_approver(request.approver);
  message.set_changed_time_ms(request.changed.value);
  if (request.held_until) message.set_held_until_time_ms(request.held_until->value);
  EncodedRecord record;
  record.key = request.customer.value();
  record.value = internal::CanonicalBytes(message);
  // A later state of the same request is another event.
  const std::string id =
      request.approval_id + "/" + std::to_string(static_cast<int>(request.state));
  record.headers = internal::CloudEventHeaders({.id = id,
                                                .deployment = deployment,
                                                .type = "evenkeel.approval_request.v1",
                                                .time = request.changed});
  return record;
}

Result<ApprovalRequest> DecodeApprovalRequest(std::string_view value) {
  v1::ApprovalRequest message;
  EVENKEEL_RETURN_IF_ERROR(internal::ParseStrict(kWhat, value, message));
  EVENKEEL_RETURN_IF_ERROR(internal::CheckFormat(kWhat, message.format()));
  if (message.state() == v1::APPROVAL_STATE_UNSPECIFIED) return internal::Damaged(kWhat, "state");
  if (message.risk_class() == v1::RISK_CLASS_UNSPECIFIED ||
      message.environment() == v1::ENVIRONMENT_UNSPECIFIED) {
    return internal::Damaged(kWhat, "risk class or environment");
  }
  if (message.action_digest() != AsBytes(Sha256(message.action()))) {
    return internal::Damaged(kWhat, "action: its digest is another");
  }
  ApprovalRequest request;
  request.approval_id = message.approval_id();
  request.state = internal::EnumCast<ApprovalState>(message.state());
  request.customer = CustomerId(message.customer_id());
  request.decision_id = message.decision_id();
  request.action_id = message.action_id();
  request.action = message.action();
  request.action_digest = Sha256(message.action());
  request.policy_revision = message.policy_revision();
  if (message.has_amount()) request.amount = internal::FromMessage(message.amount());
  request.risk_class = internal::EnumCast<RiskClass>(message.risk_class());
  request.proposer = message.proposer();
  request.reasons.assign(message.reasons().begin(), message.reasons().end());
  request.required_role = message.required_role();
  request.requested = {message.requested_time_ms()};
  request.expires = {message.expires_time_ms()};
  request.expected_value_micro = message.expected_value_micros();
  request.environment = internal::EnumCast<Environment>(message.environment());
  request.closed_reason = message.closed_reason();
  request.is_simulated = message.is_simulated();
  request.verdict_id = message.verdict_id();
  request.approver = message.approver();
  request.changed = {message.changed_time_ms()};
  if (message.has_held_until_time_ms()) {
    request.held_until = TimeMs{message.held_until_time_ms()};
  }
  return request;
}

}  // namespace evenkeel
