#include "evenkeel/codec/action_codec.h"

#include <algorithm>
#include <utility>

#include "messages.h"
#include "strict.h"

#include "evenkeel/base/check.h"
#include "evenkeel/v1/actions.pb.h"

namespace evenkeel {
namespace {

constexpr std::string_view kWhat = "an approved action";
constexpr std::string_view kSignedWhat = "a signed action";
constexpr std::uint32_t kMicroScale = 6;

void WritePlanned(const PlannedAction& planned, v1::ApprovedAction& message) {
  message.set_action_id(planned.action_id);
  message.set_decision_id(planned.decision_id);
  message.set_customer_id(planned.customer.value());
  message.set_action(planned.action);
  message.set_treatment(planned.treatment);
  message.set_template_name(planned.template_name);
  message.set_channel(planned.channel);
  message.set_domain(planned.domain);
  message.set_purpose(planned.purpose);
  message.set_action_class(static_cast<v1::ActionClass>(planned.contact_class));
  message.set_risk_class(static_cast<v1::RiskClass>(planned.risk_class));
  message.set_is_reversible(planned.is_reversible);
  for (const auto& [name, value] : planned.parameters) {
    v1::NamedValue& parameter = *message.add_parameters();
    parameter.set_name(name);
    parameter.set_text(value);
  }
  v1::TimeWindow& window = *message.mutable_send_window();
  window.set_start_time_ms(planned.send_from.value);
  window.set_end_time_ms(planned.send_by.value);
  message.set_proposer(planned.proposer);
}

/// The face value over the full term: what approvals and limits look at.
void WriteAmount(const ApprovedAction& action, v1::ApprovedAction& message) {
  const PlannedAction& planned = action.planned;
  if (planned.incentive_micro == 0) return;
  std::int64_t total = 0;
  EVENKEEL_CHECK(!__builtin_mul_overflow(planned.incentive_micro,
                                         std::max(planned.incentive_payments, 1), &total));
  v1::Money& amount = *message.mutable_amount();
  amount.set_units(total);
  amount.set_scale(kMicroScale);
  amount.set_currency(std::string(action.currency.view()));
  message.set_payment_count(static_cast<std::uint32_t>(planned.incentive_payments));
}

Status ReadAmount(const v1::ApprovedAction& message, ApprovedAction& action) {
  if (!message.has_amount()) return {};
  const v1::Money& amount = message.amount();
  const std::int64_t payments = message.payment_count();
  const std::int64_t parts = std::max<std::int64_t>(payments, 1);
  if (amount.scale() != kMicroScale || payments > 1'000'000 || amount.units() % parts != 0) {
    return internal::Damaged(kWhat, "amount");
  }
  action.planned.incentive_micro = amount.units() / parts;
  action.planned.incentive_payments = static_cast<std::int32_t>(payments);
  action.currency = internal::FromMessage(amount).currency;
  return {};
}

PlannedAction ReadPlanned(const v1::ApprovedAction& message) {
  PlannedAction planned;
  planned.action_id = message.action_id();
  planned.decision_id = message.decision_id();
  planned.customer = CustomerId(message.customer_id());
  planned.action = message.action();
  planned.domain = message.domain();
  planned.proposer = message.proposer();
  planned.treatment = message.treatment();
  planned.template_name = message.template_name();
  planned.channel = message.channel();
  planned.purpose = message.purpose();
  planned.contact_class = internal::EnumCast<ContactClass>(message.action_class());
  planned.risk_class = internal::EnumCast<RiskClass>(message.risk_class());
  planned.is_reversible = message.is_reversible();
  planned.send_from = {message.send_window().start_time_ms()};
  planned.send_by = {message.send_window().end_time_ms()};
  for (const v1::NamedValue& parameter : message.parameters()) {
    planned.parameters.emplace_back(parameter.name(), parameter.text());
  }
  return planned;
}

Status CheckAction(const v1::ApprovedAction& message) {
  EVENKEEL_RETURN_IF_ERROR(internal::CheckFormat(kWhat, message.format()));
  if (!internal::IsId(message.action_id())) return internal::Damaged(kWhat, "action_id");
  if (!internal::IsId(message.decision_id())) return internal::Damaged(kWhat, "decision_id");
  if (message.customer_id().empty()) return internal::Damaged(kWhat, "customer_id");
  if (message.environment() == v1::ENVIRONMENT_UNSPECIFIED) {
    return internal::Damaged(kWhat, "environment");
  }
  if (message.expires_time_ms() == 0) return internal::Damaged(kWhat, "expires_time_ms");
  if (message.autonomy_level() == v1::AUTONOMY_LEVEL_UNSPECIFIED) {
    return internal::Damaged(kWhat, "autonomy_level");
  }
  const bool is_stated = message.action_class() != v1::ACTION_CLASS_UNSPECIFIED &&
                         message.risk_class() != v1::RISK_CLASS_UNSPECIFIED &&
                         message.approval_basis() != v1::APPROVAL_BASIS_UNSPECIFIED;
  return is_stated ? Status() : internal::Damaged(kWhat, "class or approval");
}

}  // namespace

std::string EncodeApprovedAction(const ApprovedAction& action) {
  v1::ApprovedAction message;
  message.set_format(1);
  WritePlanned(action.planned, message);
  message.set_decision_digest(std::string(AsBytes(action.decision_digest)));
  message.set_deployment(action.deployment);
  message.set_environment(static_cast<v1::Environment>(action.environment));
  message.set_is_simulated(action.is_simulated);
  message.set_task_epoch(action.task_epoch);
  WriteAmount(action, message);
  message.set_issued_time_ms(action.issued.value);
  message.set_expires_time_ms(action.expires.value);
  message.set_approval_basis(static_cast<v1::ApprovalBasis>(action.basis));
  message.set_autonomy_level(static_cast<v1::AutonomyLevel>(static_cast<int>(action.level) + 1));
  message.set_approval_id(action.approval_id);
  message.set_approver(action.approver);
  message.set_policy_revision(action.policy_revision);
  message.set_bundle_digest(std::string(AsBytes(action.bundle_digest)));
  message.set_cause(action.cause);
  return internal::CanonicalBytes(message);
}

Result<ApprovedAction> DecodeApprovedAction(std::string_view payload) {
  v1::ApprovedAction message;
  EVENKEEL_RETURN_IF_ERROR(internal::ParseStrict(kWhat, payload, message));
  EVENKEEL_RETURN_IF_ERROR(CheckAction(message));
  const auto decision_digest = internal::DigestFrom(message.decision_digest());
  const auto bundle_digest = internal::DigestFrom(message.bundle_digest());
  if (!decision_digest || !bundle_digest) return internal::Damaged(kWhat, "digest");
  ApprovedAction action;
  action.planned = ReadPlanned(message);
  EVENKEEL_RETURN_IF_ERROR(ReadAmount(message, action));
  action.decision_digest = *decision_digest;
  action.deployment = message.deployment();
  action.environment = internal::EnumCast<Environment>(message.environment());
  action.is_simulated = message.is_simulated();
  action.task_epoch = message.task_epoch();
  action.issued = {message.issued_time_ms()};
  action.expires = {message.expires_time_ms()};
  action.basis = internal::EnumCast<ApprovalBasis>(message.approval_basis());
  action.level = internal::EnumCast<AutonomyLevel>(message.autonomy_level() - 1);
  action.approval_id = message.approval_id();
  action.approver = message.approver();
  action.policy_revision = message.policy_revision();
  action.bundle_digest = *bundle_digest;
  action.cause = message.cause();
  return action;
}

std::string ActionSigningBytes(std::string_view payload) {
  std::string bytes("evenkeel.action.v1\0", 19);
  bytes.append(payload);
  return bytes;
}

EncodedRecord ActionRecordOf(const ApprovedAction& action, const SignedAction& signed_action) {
  v1::SignedAction message;
  message.set_format(1);
  message.set_payload(signed_action.payload);
  message.set_digest(std::string(AsBytes(Sha256(signed_action.payload))));
  if (!signed_action.key_id.empty()) {
    message.set_key_id(signed_action.key_id);
    message.set_algorithm(v1::SIGNATURE_ALGORITHM_ED25519);
    message.set_signature(
        std::string(signed_action.signature.begin(), signed_action.signature.end()));
  }
  EncodedRecord record;
  record.key = action.planned.customer.value();
  record.value = internal::CanonicalBytes(message);
  record.headers = internal::CloudEventHeaders({.id = action.planned.action_id,
                                                .deployment = action.deployment,
                                                .type = "evenkeel.action.v1",
                                                .time = action.issued});
  return record;
}

Result<SignedAction> DecodeSignedAction(std::string_view value) {
  v1::SignedAction message;
  EVENKEEL_RETURN_IF_ERROR(internal::ParseStrict(kSignedWhat, value, message));
  EVENKEEL_RETURN_IF_ERROR(internal::CheckFormat(kSignedWhat, message.format()));
  if (message.digest() != AsBytes(Sha256(message.payload()))) {
    return internal::Damaged(kSignedWhat, "payload: its digest is another");
  }
  SignedAction out{.payload = message.payload(), .key_id = message.key_id(), .signature = {}};
  if (out.key_id.empty()) return out;
  if (message.algorithm() != v1::SIGNATURE_ALGORITHM_ED25519 ||
      message.signature().size() != out.signature.size()) {
    return internal::Damaged(kSignedWhat, "signature");
  }
  std::ranges::transform(message.signature(), out.signature.begin(),
                         [](char c) { return static_cast<std::uint8_t>(c); });
  return out;
}

}  // namespace evenkeel
