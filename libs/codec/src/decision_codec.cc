#include "evenkeel/codec/decision_codec.h"

#include <algorithm>
#include <utility>

#include "candidate_messages.h"
#include "messages.h"
#include "rfc3339.h"
#include "strict.h"

#include "evenkeel/v1/decisions.pb.h"

namespace evenkeel {
namespace {

constexpr std::string_view kWhat = "a decision";
constexpr std::string_view kEnvelopeWhat = "a decision's envelope";

void Write(const Trigger& trigger, v1::Trigger& message) {
  if (trigger.kind == TriggerKind::kTimer) {
    message.mutable_timer()->set_name(trigger.id);
    message.mutable_timer()->set_due_time_ms(trigger.time.value);
    return;
  }
  if (trigger.kind == TriggerKind::kVerdict) {
    message.mutable_verdict()->set_verdict_id(trigger.id);
    message.mutable_verdict()->set_approval_id(trigger.source);
    return;
  }
  if (trigger.kind == TriggerKind::kQuery) {
    message.mutable_query()->set_request_id(trigger.id);
    return;
  }
  v1::SignalTrigger& signal = *message.mutable_signal();
  signal.set_source(trigger.source);
  signal.set_id(trigger.id);
  signal.set_event_time_ms(trigger.time.value);
}

Result<Trigger> Read(const v1::Trigger& message) {
  switch (message.kind_case()) {
    case v1::Trigger::kSignal:
      return Trigger{.kind = TriggerKind::kSignal,
                     .source = message.signal().source(),
                     .id = message.signal().id(),
                     .time = {message.signal().event_time_ms()}};
    case v1::Trigger::kTimer:
      return Trigger{.kind = TriggerKind::kTimer,
                     .source = {},
                     .id = message.timer().name(),
                     .time = {message.timer().due_time_ms()}};
    case v1::Trigger::kVerdict:
      return Trigger{.kind = TriggerKind::kVerdict,
                     .source = message.verdict().approval_id(),
                     .id = message.verdict().verdict_id(),
                     .time = {}};
    case v1::Trigger::kQuery:
      return Trigger{.kind = TriggerKind::kQuery,
                     .source = {},
                     .id = message.query().request_id(),
                     .time = {}};
    default:
      return internal::Damaged(kWhat, "trigger");
  }
}

void WriteVersions(const Decision& decision, const DecisionOrigin& origin,
                   v1::DecisionVersions& message) {
  message.set_program(origin.program);
  v1::VersionedName& bundle = *message.mutable_bundle();
  bundle.set_name(decision.bundle);
  bundle.set_version(decision.bundle_version);
  bundle.set_digest(std::string(AsBytes(decision.bundle_digest)));
  message.set_policy_version(decision.policy_version);
  message.set_catalogue_version(decision.catalogue_version);
  message.set_context_revision(decision.context_revision);
  message.set_time_zone_version(decision.time_zone_version);
}

Status ReadVersions(const v1::DecisionVersions& message, DecodedDecision& out) {
  out.origin.program = message.program();
  Decision& decision = out.decision;
  decision.bundle = message.bundle().name();
  decision.bundle_version = message.bundle().version();
  const auto digest = internal::DigestFrom(message.bundle().digest());
  if (!digest) return internal::Damaged(kWhat, "bundle digest");
  decision.bundle_digest = *digest;
  decision.policy_version = message.policy_version();
  decision.catalogue_version = message.catalogue_version();
  decision.context_revision = message.context_revision();
  decision.time_zone_version = message.time_zone_version();
  return {};
}

void Write(const Verdict& answer, v1::ApprovalAnswer& message) {
  message.set_verdict_id(answer.verdict_id);
  message.set_verdict(static_cast<v1::Verdict>(answer.kind));
  message.set_approver(answer.approver);
  message.set_approver_role(answer.approver_role);
  message.set_comment(answer.comment);
  message.set_decided_time_ms(answer.decided.value);
  message.set_action_digest(std::string(AsBytes(answer.action_digest)));
  message.set_policy_revision(answer.policy_revision);
  message.set_action_id(answer.action_id);
}

Status ReadAnswer(const v1::DecisionRecord& record, Decision& decision) {
  if (!record.has_answer()) return {};
  const v1::ApprovalAnswer& message = record.answer();
  const auto digest = internal::DigestFrom(message.action_digest());
  if (!digest || message.verdict() == v1::VERDICT_UNSPECIFIED) {
    return internal::Damaged(kWhat, "answer");
  }
  decision.answer = Verdict{.verdict_id = message.verdict_id(),
                            .approval_id = decision.approval_id,
                            .action_id = message.action_id(),
                            .action_digest = *digest,
                            .kind = internal::EnumCast<VerdictKind>(message.verdict()),
                            .approver = message.approver(),
                            .approver_role = message.approver_role(),
                            .comment = message.comment(),
                            .policy_revision = message.policy_revision(),
                            .decided = {message.decided_time_ms()}};
  return {};
}

bool IsKnown(v1::DecisionVerdict verdict) {
  return verdict != v1::DECISION_VERDICT_UNSPECIFIED && verdict != v1::DECISION_VERDICT_HANDOFF;
}

void WriteResult(const Decision& decision, v1::DecisionRecord& record) {
  for (const Candidate& candidate : decision.candidates) {
    internal::ToMessage(candidate, *record.add_candidates());
  }
  record.set_chosen(decision.chosen);
  record.set_verdict(static_cast<v1::DecisionVerdict>(decision.verdict));
  for (const Reason& reason : decision.verdict_reasons) {
    v1::Reason& out = *record.add_verdict_reasons();
    out.set_code(static_cast<v1::ReasonCode>(reason.code));
    out.set_rule(reason.rule);
  }
  if (decision.action) internal::ToMessage(*decision.action, *record.mutable_action());
  record.set_approval_id(decision.approval_id);
  if (decision.answer) Write(*decision.answer, *record.mutable_answer());
  if (decision.next_look) record.set_next_look_time_ms(decision.next_look->value);
  record.set_seed(decision.seed);
}

Status ReadResult(const v1::DecisionRecord& record, Decision& decision) {
  for (const v1::Candidate& message : record.candidates()) {
    EVENKEEL_ASSIGN_OR_RETURN(Candidate candidate, internal::FromMessage(message));
    decision.candidates.push_back(std::move(candidate));
  }
  decision.chosen = record.chosen();
  if (!IsKnown(record.verdict())) return internal::Damaged(kWhat, "verdict");
  decision.verdict = internal::EnumCast<DecisionVerdict>(record.verdict());
  for (const v1::Reason& reason : record.verdict_reasons()) {
    if (reason.code() == v1::REASON_CODE_UNSPECIFIED) return internal::Damaged(kWhat, "reason");
    decision.verdict_reasons.push_back(
        {internal::EnumCast<ReasonCode>(reason.code()), reason.rule()});
  }
  if (record.has_action()) {
    EVENKEEL_ASSIGN_OR_RETURN(decision.action, internal::FromMessage(record.action()));
    decision.action->decision_id = decision.decision_id;
    decision.action->customer = decision.customer;
  }
  decision.approval_id = record.approval_id();
  EVENKEEL_RETURN_IF_ERROR(ReadAnswer(record, decision));
  if (record.has_next_look_time_ms()) decision.next_look = TimeMs{record.next_look_time_ms()};
  decision.seed = record.seed();
  return {};
}

Status ReadCurrency(std::string_view code, Currency& currency) {
  if (code.empty()) return {};
  if (code.size() != currency.code.size()) return internal::Damaged(kWhat, "currency");
  std::ranges::copy(code, currency.code.begin());
  return {};
}

Status ReadInputs(const v1::DecisionRecord& record, Decision& decision) {
  decision.decision_id = record.decision_id();
  decision.customer = CustomerId(record.customer_id());
  EVENKEEL_ASSIGN_OR_RETURN(decision.trigger, Read(record.trigger()));
  decision.point = record.rule();
  decision.ordinal = record.ordinal();
  decision.decided = {record.as_of_time_ms()};
  if (record.arm().arm() == v1::ARM_UNSPECIFIED) return internal::Damaged(kWhat, "arm");
  decision.arm = internal::EnumCast<Arm>(record.arm().arm());
  if (record.arm().has_holdout_epoch()) decision.holdout_epoch = record.arm().holdout_epoch();
  EVENKEEL_RETURN_IF_ERROR(ReadCurrency(record.currency(), decision.currency));
  decision.segment = record.segment();
  decision.time_zone = record.time_zone();
  for (const v1::FeatureValue& feature : record.features()) {
    decision.features.push_back(internal::FromMessage(feature));
  }
  EVENKEEL_ASSIGN_OR_RETURN(decision.churn, internal::FromMessage(record.churn()));
  decision.value_micro = record.value_micros();
  return {};
}

}  // namespace

std::string EncodeDecision(const Decision& decision, const DecisionOrigin& origin) {
  v1::DecisionRecord record;
  record.set_format(1);
  record.set_deployment(origin.deployment);
  record.set_environment(static_cast<v1::Environment>(origin.environment));
  record.set_task_epoch(origin.task_epoch);
  record.set_decision_id(decision.decision_id);
  record.set_customer_id(decision.customer.value());
  Write(decision.trigger, *record.mutable_trigger());
  record.set_rule(decision.point);
  record.set_ordinal(decision.ordinal);
  record.set_direction(v1::DECISION_DIRECTION_OUTBOUND);
  record.set_as_of_time_ms(decision.decided.value);
  record.set_is_simulated(origin.is_simulated);
  WriteVersions(decision, origin, *record.mutable_versions());
  v1::ArmAssignment& arm = *record.mutable_arm();
  arm.set_arm(static_cast<v1::Arm>(decision.arm));
  if (decision.holdout_epoch >= 0) arm.set_holdout_epoch(decision.holdout_epoch);
  record.set_currency(std::string(decision.currency.view()));
  record.set_segment(decision.segment);
  record.set_time_zone(decision.time_zone);
  for (const UsedFeature& feature : decision.features) {
    internal::ToMessage(feature, *record.add_features());
  }
  internal::ToMessage(decision.churn, *record.mutable_churn());
  record.set_value_micros(decision.value_micro);
  WriteResult(decision, record);
  return internal::CanonicalBytes(record);
}

Result<DecodedDecision> DecodeDecision(std::string_view payload) {
  v1::DecisionRecord record;
  EVENKEEL_RETURN_IF_ERROR(internal::ParseStrict(kWhat, payload, record));
  EVENKEEL_RETURN_IF_ERROR(internal::CheckFormat(kWhat, record.format()));
  if (record.environment() == v1::ENVIRONMENT_UNSPECIFIED) {
    return internal::Damaged(kWhat, "environment");
  }
  DecodedDecision out;
  out.origin = {.deployment = record.deployment(),
                .environment = internal::EnumCast<Environment>(record.environment()),
                .task_epoch = record.task_epoch(),
                .is_simulated = record.is_simulated(),
                .program = {}};
  EVENKEEL_RETURN_IF_ERROR(ReadVersions(record.versions(), out));
  EVENKEEL_RETURN_IF_ERROR(ReadInputs(record, out.decision));
  EVENKEEL_RETURN_IF_ERROR(ReadResult(record, out.decision));
  return out;
}

std::string EncodeDecisionEnvelope(const DecisionEnvelope& envelope) {
  v1::DecisionEnvelope message;
  message.set_format(1);
  message.set_deployment(envelope.deployment);
  message.set_environment(static_cast<v1::Environment>(envelope.environment));
  message.set_task(envelope.task);
  message.set_task_epoch(envelope.task_epoch);
  message.set_sequence(envelope.sequence);
  message.set_previous_hash(std::string(AsBytes(envelope.previous)));
  message.set_transaction_sequence(envelope.transaction_sequence);
  if (envelope.trigger_position) {
    v1::RecordPosition& position = *message.mutable_trigger_position();
    position.set_topic(envelope.trigger_position->topic);
    position.set_partition(envelope.trigger_position->partition);
    position.set_offset(envelope.trigger_position->offset);
  }
  message.set_payload(envelope.payload);
  message.set_payload_digest(std::string(AsBytes(Sha256(envelope.payload))));
  return internal::CanonicalBytes(message);
}

Result<DecisionEnvelope> DecodeDecisionEnvelope(std::string_view value) {
  v1::DecisionEnvelope message;
  EVENKEEL_RETURN_IF_ERROR(internal::ParseStrict(kEnvelopeWhat, value, message));
  EVENKEEL_RETURN_IF_ERROR(internal::CheckFormat(kEnvelopeWhat, message.format()));
  if (message.environment() == v1::ENVIRONMENT_UNSPECIFIED) {
    return internal::Damaged(kEnvelopeWhat, "environment");
  }
  const auto previous = internal::DigestFrom(message.previous_hash());
  if (!previous) return internal::Damaged(kEnvelopeWhat, "previous hash");
  if (message.payload_digest() != AsBytes(Sha256(message.payload()))) {
    return internal::Damaged(kEnvelopeWhat, "payload: its digest is another");
  }
  DecisionEnvelope envelope{.deployment = message.deployment(),
                            .environment = internal::EnumCast<Environment>(message.environment()),
                            .task = message.task(),
                            .task_epoch = message.task_epoch(),
                            .sequence = message.sequence(),
                            .previous = *previous,
                            .transaction_sequence = message.transaction_sequence(),
                            .trigger_position = {},
                            .payload = message.payload()};
  if (message.has_trigger_position()) {
    const v1::RecordPosition& position = message.trigger_position();
    envelope.trigger_position = {
        .topic = position.topic(), .partition = position.partition(), .offset = position.offset()};
  }
  return envelope;
}

EncodedRecord DecisionRecordOf(const Decision& decision, const DecisionEnvelope& envelope) {
  EncodedRecord record;
  record.key = decision.customer.value();
  record.value = EncodeDecisionEnvelope(envelope);
  record.headers = internal::CloudEventHeaders({.id = decision.decision_id,
                                                .deployment = envelope.deployment,
                                                .type = "evenkeel.decision.v1",
                                                .time = decision.decided});
  return record;
}

}  // namespace evenkeel
