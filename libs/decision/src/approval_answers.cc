#include "approval_answers.h"

#include <string>

namespace evenkeel::internal {
namespace {

BadInput CheckBinding(const PendingApproval& pending, const Verdict& answer) {
  const ApprovalRequest& request = pending.request;
  if (answer.action_id != request.action_id) {
    return {BadInputCode::kApprovalMismatch, "approval_id " + answer.approval_id +
                                                 " asks about action " + request.action_id +
                                                 ", the verdict names " + answer.action_id};
  }
  if (answer.action_digest != request.action_digest) {
    return {BadInputCode::kApprovalMismatch,
            "action_digest is not that of the action that approval_id " + answer.approval_id +
                " asks about: read the request again and answer what it says"};
  }
  if (IsProposer(answer.approver, request.proposer)) {
    return {BadInputCode::kOwnProposal, "approver proposed the action: somebody else must answer"};
  }
  if (answer.approver_role != request.required_role) {
    return {BadInputCode::kRoleNotAllowed, "approver_role '" + answer.approver_role +
                                               "' may not answer: it takes '" +
                                               request.required_role + "'"};
  }
  return {};
}

}  // namespace

AnswerCheck CheckAnswer(const PendingApprovals& approvals, const Verdict& answer, TimeMs now) {
  const PendingApproval* pending = approvals.Find(answer.approval_id);
  if (pending == nullptr) {
    const ClosedApproval* closed = approvals.FindClosed(answer.approval_id);
    if (closed == nullptr) {
      return {{BadInputCode::kUnknownApproval,
               "approval_id " + answer.approval_id + " is of no request about this customer"},
              std::nullopt};
    }
    const bool is_late = closed->state == ApprovalState::kExpired;
    return {{}, is_late ? ReasonCode::kExpired : ReasonCode::kAlreadyAnswered};
  }
  if (BadInput problem = CheckBinding(*pending, answer); !problem.ok()) return {problem, {}};
  if (pending->request.state == ApprovalState::kHeld) return {{}, ReasonCode::kAlreadyAnswered};
  if (now >= pending->request.expires) return {{}, ReasonCode::kExpired};
  return {};
}

}  // namespace evenkeel::internal
