#include "payloads.h"

#include <utility>

#include "messages.h"
#include "profile_messages.h"
#include <google/protobuf/message.h>

#include "evenkeel/base/check.h"
#include "evenkeel/v1/approvals.pb.h"
#include "evenkeel/v1/custom.pb.h"
#include "evenkeel/v1/outcomes.pb.h"
#include "evenkeel/v1/profile.pb.h"
#include "evenkeel/v1/receipts.pb.h"

namespace evenkeel::internal {
namespace {

using Failure = std::optional<DecodeFailure>;

DecodeFailure Invalid(std::string_view what) {
  return {DecodeError::kInvalidField, std::string(what)};
}

DecodeFailure UnknownValue(std::string_view field) {
  return {DecodeError::kUnknownValue,
          std::string(field) + " has a value that this version does not know"};
}

Failure CheckId(std::string_view name, std::string_view id, bool may_be_empty) {
  if (IsId(id) || (may_be_empty && id.empty())) return std::nullopt;
  return Invalid(std::string(name) + " is not 32 lower-case hexadecimal digits");
}

/// Flatten() has looked at all of it; here only forms that nobody writes fail (overlong tags).
template <typename Message>
Failure Parse(std::string_view bytes, Message& message, std::string& canonical) {
  if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return DecodeFailure{DecodeError::kUndecodable, "the bytes are damaged"};
  }
  message.DiscardUnknownFields();
  canonical = CanonicalBytes(message);
  return std::nullopt;
}

Failure Read(const v1::Receipt& message, Receipt& receipt) {
  if (Failure failure = CheckId("action_id", message.action_id(), false)) return failure;
  if (Failure failure = CheckId("decision_id", message.decision_id(), true)) return failure;
  if (!v1::ReceiptStatus_IsValid(message.status())) return UnknownValue("status");
  if (!message.action_digest().empty()) {
    const auto digest = DigestFrom(message.action_digest());
    if (!digest) return Invalid("action_digest has not 32 bytes");
    receipt.action_digest = *digest;
  }
  receipt.action_id = message.action_id();
  receipt.decision_id = message.decision_id();
  receipt.status = EnumCast<ReceiptStatus>(message.status());
  receipt.occurred = {message.occurred_time_ms()};
  receipt.executor = message.executor();
  receipt.target_reference = message.target_reference();
  receipt.reason = message.reason();
  receipt.detail = message.detail();
  receipt.person = message.person();
  if (message.attempt_count() > 1'000'000) return Invalid("attempt_count is above 1000000");
  receipt.attempt_count = static_cast<std::int32_t>(message.attempt_count());
  if (message.has_cost()) receipt.cost = FromMessage(message.cost());
  return std::nullopt;
}

std::unique_ptr<google::protobuf::Message> Write(const Receipt& receipt,
                                                 std::string_view customer) {
  auto message = std::make_unique<v1::Receipt>();
  message->set_action_id(receipt.action_id);
  message->set_decision_id(receipt.decision_id);
  message->set_customer_id(std::string(customer));
  message->set_status(static_cast<v1::ReceiptStatus>(receipt.status));
  message->set_occurred_time_ms(receipt.occurred.value);
  message->set_executor(receipt.executor);
  message->set_attempt_count(static_cast<std::uint32_t>(receipt.attempt_count));
  message->set_target_reference(receipt.target_reference);
  message->set_reason(receipt.reason);
  message->set_detail(receipt.detail);
  message->set_person(receipt.person);
  if (receipt.cost) ToMessage(*receipt.cost, *message->mutable_cost());
  if (receipt.action_digest != Sha256Digest{}) {
    message->set_action_digest(std::string(AsBytes(receipt.action_digest)));
  }
  return message;
}

Failure Read(const v1::ApprovalVerdict& message, Verdict& verdict) {
  if (Failure failure = CheckId("approval_id", message.approval_id(), false)) return failure;
  if (Failure failure = CheckId("action_id", message.action_id(), false)) return failure;
  const auto digest = DigestFrom(message.action_digest());
  if (!digest) return Invalid("action_digest has not 32 bytes");
  if (!v1::Verdict_IsValid(message.verdict())) return UnknownValue("verdict");
  verdict.verdict_id = message.verdict_id();
  verdict.approval_id = message.approval_id();
  verdict.action_id = message.action_id();
  verdict.action_digest = *digest;
  verdict.kind = EnumCast<VerdictKind>(message.verdict());
  verdict.approver = message.approver();
  verdict.approver_role = message.approver_role();
  verdict.comment = message.comment();
  verdict.policy_revision = message.policy_revision();
  verdict.decided = {message.decided_time_ms()};
  return std::nullopt;
}

std::unique_ptr<google::protobuf::Message> Write(const Verdict& verdict,
                                                 std::string_view customer) {
  auto message = std::make_unique<v1::ApprovalVerdict>();
  message->set_verdict_id(verdict.verdict_id);
  message->set_approval_id(verdict.approval_id);
  message->set_customer_id(std::string(customer));
  message->set_action_id(verdict.action_id);
  message->set_action_digest(std::string(AsBytes(verdict.action_digest)));
  message->set_verdict(static_cast<v1::Verdict>(verdict.kind));
  message->set_approver(verdict.approver);
  message->set_approver_role(verdict.approver_role);
  message->set_comment(verdict.comment);
  message->set_policy_revision(verdict.policy_revision);
  message->set_decided_time_ms(verdict.decided.value);
  return message;
}

Failure Read(const v1::Outcome& message, Outcome& outcome) {
  if (!v1::OutcomeKind_IsValid(message.kind())) return UnknownValue("kind");
  if (Failure failure = CheckId("decision_id", message.decision_id(), true)) return failure;
  if (Failure failure = CheckId("action_id", message.action_id(), true)) return failure;
  outcome.kind = EnumCast<OutcomeKind>(message.kind());
  if (outcome.kind == OutcomeKind::kOther && message.name().empty()) {
    return DecodeFailure{DecodeError::kMissingField, "an outcome of kind other needs a name"};
  }
  outcome.name = message.name();
  outcome.decision_id = message.decision_id();
  outcome.action_id = message.action_id();
  if (message.has_is_voluntary()) outcome.is_voluntary = message.is_voluntary();
  if (message.has_value()) outcome.value = FromMessage(message.value());
  if (message.has_observed_until_time_ms()) {
    outcome.observed_until = TimeMs{message.observed_until_time_ms()};
  }
  return std::nullopt;
}

std::unique_ptr<google::protobuf::Message> Write(const Outcome& outcome,
                                                 std::string_view /*customer*/) {
  auto message = std::make_unique<v1::Outcome>();
  message->set_kind(static_cast<v1::OutcomeKind>(outcome.kind));
  message->set_name(outcome.name);
  message->set_decision_id(outcome.decision_id);
  message->set_action_id(outcome.action_id);
  if (outcome.is_voluntary) message->set_is_voluntary(*outcome.is_voluntary);
  if (outcome.value) ToMessage(*outcome.value, *message->mutable_value());
  if (outcome.observed_until) {
    message->set_observed_until_time_ms(outcome.observed_until->value);
  }
  return message;
}

Failure Read(const v1::Forget& message, Forget& forget) {
  forget.request_id = message.request_id();
  forget.reason = message.reason();
  return std::nullopt;
}

std::unique_ptr<google::protobuf::Message> Write(const Forget& forget,
                                                 std::string_view /*customer*/) {
  auto message = std::make_unique<v1::Forget>();
  message->set_request_id(forget.request_id);
  message->set_reason(forget.reason);
  return message;
}

Failure Read(const v1::Tick& message, Tick& tick) {
  tick.until = {message.until_time_ms()};
  return std::nullopt;
}

std::unique_ptr<google::protobuf::Message> Write(const Tick& tick, std::string_view /*customer*/) {
  auto message = std::make_unique<v1::Tick>();
  message->set_until_time_ms(tick.until.value);
  return message;
}

std::unique_ptr<google::protobuf::Message> Write(const ProfileUpdate& update,
                                                 std::string_view /*customer*/) {
  auto message = std::make_unique<v1::ProfileUpdated>();
  ToMessage(update, *message);
  return message;
}

std::unique_ptr<google::protobuf::Message> Write(std::monostate /*none*/,
                                                 std::string_view /*customer*/) {
  return nullptr;
}

template <typename Message>
Failure ReadProfile(std::string_view bytes, TimeMs event_time, SignalPayload& payload,
                    std::string& canonical) {
  Message message;
  if (Failure failure = Parse(bytes, message, canonical)) return failure;
  return FromMessage(message, event_time, payload.emplace<ProfileUpdate>());
}

template <typename Value, typename Message>
Failure ReadAs(std::string_view bytes, SignalPayload& payload, std::string& canonical) {
  Message message;
  if (Failure failure = Parse(bytes, message, canonical)) return failure;
  return Read(message, payload.emplace<Value>());
}

}  // namespace

std::optional<DecodeFailure> DecodePayload(const MessagePlan& plan, std::string_view bytes,
                                           const PayloadContext& context, SignalPayload& payload,
                                           std::string& canonical) {
  switch (plan.payload) {
    case PayloadKind::kReceipt:
      return ReadAs<Receipt, v1::Receipt>(bytes, payload, canonical);
    case PayloadKind::kVerdict:
      return ReadAs<Verdict, v1::ApprovalVerdict>(bytes, payload, canonical);
    case PayloadKind::kOutcome:
      return ReadAs<Outcome, v1::Outcome>(bytes, payload, canonical);
    case PayloadKind::kForget:
      return ReadAs<Forget, v1::Forget>(bytes, payload, canonical);
    case PayloadKind::kTick:
      return ReadAs<Tick, v1::Tick>(bytes, payload, canonical);
    case PayloadKind::kProfile:
      return ReadProfile<v1::ProfileUpdated>(bytes, context.event_time, payload, canonical);
    case PayloadKind::kConsent:
      return ReadProfile<v1::ConsentChanged>(bytes, context.event_time, payload, canonical);
    case PayloadKind::kNone:
      break;
  }
  EVENKEEL_CHECK(false);
  return std::nullopt;
}

std::unique_ptr<google::protobuf::Message> PayloadMessage(const SignalPayload& payload,
                                                          std::string_view customer) {
  return std::visit([customer](const auto& value) { return Write(value, customer); }, payload);
}

}  // namespace evenkeel::internal
