#include "decider/decision_writer.h"

#include <algorithm>

#include "evenkeel/audit/chain.h"
#include "evenkeel/codec/action_codec.h"
#include "evenkeel/codec/decision_codec.h"
#include "evenkeel/codec/scores_codec.h"

namespace evenkeel {
namespace {

Status EmitRecord(SliceContext& context, const std::string& topic, const EncodedRecord& record) {
  return context.Emit({.topic = topic,
                       .key = record.key,
                       .value = record.value,
                       .headers = HeaderViews(record),
                       .partition = context.row()});
}

ChainHead HeadOf(const ChainPosition& position) {
  ChainHead head{.sequence = position.sequence};
  EVENKEEL_CHECK(position.head.empty() || position.head.size() == head.head.size());
  std::copy(position.head.begin(), position.head.end(), head.head.begin());
  return head;
}

bool IsSentOn(DecisionVerdict verdict) {
  return verdict == DecisionVerdict::kExecute || verdict == DecisionVerdict::kTask;
}

}  // namespace

Status DecisionWriter::Write(SliceContext& context, Decision& decision,
                             std::optional<RecordPosition> trigger) const {
  DecisionOrigin origin = options_.origin;
  origin.task_epoch = context.task_epoch();
  const ChainHead before = HeadOf(context.chain());
  const DecisionEnvelope envelope{.deployment = origin.deployment,
                                  .environment = origin.environment,
                                  .task = context.row(),
                                  .task_epoch = origin.task_epoch,
                                  .sequence = before.sequence + 1,
                                  .previous = before.head,
                                  .trigger_position = std::move(trigger),
                                  .payload = EncodeDecision(decision, origin)};
  const EncodedRecord record = DecisionRecordOf(decision, envelope);
  EVENKEEL_RETURN_IF_ERROR(EmitRecord(context, options_.names.Decisions(), record));
  context.AdvanceChain(AsBytes(ExtendChain(before, record.value).head));
  if (decision.action && IsSentOn(decision.verdict)) {
    const Sha256Digest digest = Sha256(envelope.payload);
    EVENKEEL_RETURN_IF_ERROR(WriteAction(context, ActionOf(context, decision, digest)));
  }
  if (!decision.request) return {};
  if (decision.request->state == ApprovalState::kOpen) {
    Seal(ActionOf(context, decision, Sha256(envelope.payload)), *decision.request);
  }
  if (decision.request->state == ApprovalState::kReleased) {
    EVENKEEL_RETURN_IF_ERROR(WriteReleased(context, decision));
  }
  return WriteRequest(context, *decision.request);
}

ApprovedAction DecisionWriter::ActionOf(const SliceContext& context, const Decision& decision,
                                        const Sha256Digest& decision_digest) const {
  return {.planned = *decision.action,
          .decision_digest = decision_digest,
          .deployment = options_.origin.deployment,
          .environment = options_.origin.environment,
          .is_simulated = options_.origin.is_simulated,
          .task_epoch = context.task_epoch(),
          .currency = decision.currency,
          .issued = decision.decided,
          .expires = decision.action->send_by,
          .basis = ApprovalBasis::kAutonomy,
          .level = decision.candidates[decision.chosen].level,
          .policy_revision = decision.policy_version,
          .bundle_digest = decision.bundle_digest,
          .cause = decision.candidates[decision.chosen].cause};
}

Status DecisionWriter::WriteAction(SliceContext& context, const ApprovedAction& action) const {
  SignedAction signed_action{.payload = EncodeApprovedAction(action)};
  if (options_.key != nullptr) {
    const Signature signature = options_.key->Sign(ActionSigningBytes(signed_action.payload));
    signed_action.key_id = signature.key_id;
    signed_action.signature = signature.bytes;
  }
  context.CommitSoon();
  return EmitRecord(context, options_.names.Actions(action.planned.channel),
                    ActionRecordOf(action, signed_action));
}

void DecisionWriter::Seal(const ApprovedAction& action, ApprovalRequest& request) const {
  ApprovedAction asked = action;
  asked.basis = ApprovalBasis::kPerson;
  asked.approval_id = request.approval_id;
  request.action = EncodeApprovedAction(asked);
  request.action_digest = Sha256(request.action);
  request.environment = options_.origin.environment;
  request.is_simulated = options_.origin.is_simulated;
}

Status DecisionWriter::WriteReleased(SliceContext& context, const Decision& decision) const {
  EVENKEEL_ASSIGN_OR_RETURN(ApprovedAction action, DecodeApprovedAction(decision.request->action));
  action.planned.send_from = decision.action->send_from;
  action.planned.send_by = decision.action->send_by;
  action.expires = decision.action->send_by;
  action.issued = decision.decided;
  action.approver = decision.answer->approver;
  action.task_epoch = context.task_epoch();
  action.level = decision.candidates[decision.chosen].level;
  action.policy_revision = decision.policy_version;
  action.bundle_digest = decision.bundle_digest;
  return WriteAction(context, action);
}

Status DecisionWriter::WriteRequest(SliceContext& context, const ApprovalRequest& request) const {
  context.CommitSoon();
  return EmitRecord(context, options_.names.ApprovalRequests(),
                    ApprovalRequestRecordOf(request, options_.origin.deployment));
}

Status DecisionWriter::WriteScore(SliceContext& context, std::string_view customer,
                                  const ChurnScore& score, const CoreDefinition& bundle) const {
  const CustomerScores scores{.customer = CustomerId(std::string(customer)),
                              .as_of = context.now(),
                              .churn = score,
                              .bundle = bundle.name,
                              .bundle_version = bundle.version,
                              .bundle_digest = bundle.digest,
                              .environment = options_.origin.environment,
                              .task_sequence = context.transaction_sequence()};
  return EmitRecord(context, options_.names.Scores(),
                    ScoresRecordOf(scores, options_.origin.deployment));
}

Status DecisionWriter::ForgetScore(SliceContext& context, std::string_view customer) const {
  return context.Emit({.topic = options_.names.Scores(),
                       .key = customer,
                       .value = std::nullopt,
                       .headers = {},
                       .partition = context.row(),
                       .timestamp = {}});
}

}  // namespace evenkeel
