#include <algorithm>
#include <utility>

#include "console/desk.h"

#include "evenkeel/base/hash.h"
#include "evenkeel/codec/signal_encoder.h"

namespace evenkeel {
namespace {

constexpr std::size_t kCommentMax = 4096;
constexpr std::size_t kRequestIdMax = 128;

RpcError Refused(StatusCode code, std::string reason, std::string message) {
  return {.code = code, .message = std::move(message), .reason = std::move(reason)};
}

std::string RoleOf(const v1::ApprovalRequest& request) {
  return request.required_role().empty() ? "approver" : request.required_role();
}

/// The same question by the same person is the same answer.
std::string VerdictId(const std::string& approval_id, const std::string& person,
                      const std::string& request_id, v1::Verdict verdict) {
  Sha256Stream hash;
  hash.UpdateField("evenkeel.verdict.v1");
  hash.UpdateField(approval_id);
  hash.UpdateField(person);
  hash.UpdateField(request_id);
  if (request_id.empty()) hash.UpdateField(v1::Verdict_Name(verdict));
  return ToHex(hash.Finish()).substr(0, 32);
}

std::optional<RpcError> CheckFields(const std::string& approval_id, const std::string& digest,
                                    const std::string& comment, const std::string& request_id) {
  if (auto bad = CheckId("approval_id", approval_id)) return bad;
  if (digest.size() != 32) {
    return RpcError::BadField("action_digest",
                              "has " + std::to_string(digest.size()) +
                                  " bytes; the SHA-256 of the action that was shown has 32");
  }
  if (comment.size() > kCommentMax) {
    return RpcError::BadField("comment", "has " + std::to_string(comment.size()) +
                                             " bytes; at most " + std::to_string(kCommentMax));
  }
  if (request_id.size() > kRequestIdMax) {
    return RpcError::BadField("request_id", "has " + std::to_string(request_id.size()) +
                                                " bytes; at most " + std::to_string(kRequestIdMax));
  }
  return std::nullopt;
}

RpcError AnsweredBy(const v1::ApprovalVerdict& verdict) {
  const bool is_yes = verdict.verdict() == v1::VERDICT_APPROVED;
  RpcError error = Refused(StatusCode::kAlreadyExists, "ALREADY_ANSWERED",
                           "the request was " + std::string(is_yes ? "approved" : "rejected") +
                               " by " + verdict.approver() + " already; the first answer counts");
  error.metadata = {{"approver", verdict.approver()}, {"verdict_id", verdict.verdict_id()}};
  return error;
}

/// Whether this person may say anything about the request.
std::optional<RpcError> CheckPerson(const v1::ApprovalRequest& request, const Person& person) {
  const std::string role = RoleOf(request);
  if (RoleName(person.role) != role) {
    return Refused(StatusCode::kPermissionDenied, "ROLE",
                   person.name + " is " + std::string(RoleName(person.role)) +
                       "; this request is answered by a person with the role " + role);
  }
  if (IsProposer(person.name, request.proposer())) {
    return Refused(StatusCode::kPermissionDenied, "OWN_PROPOSAL",
                   person.name + " proposed this action; somebody else has to answer");
  }
  return std::nullopt;
}

std::optional<RpcError> CheckDigest(const v1::ApprovalRequest& request, const std::string& digest) {
  if (digest == request.action_digest()) return std::nullopt;
  RpcError error = Refused(StatusCode::kFailedPrecondition, "OTHER_DIGEST",
                           "the request is about the action " + ToHex(request.action_digest()) +
                               ", the answer about " + ToHex(digest) +
                               "; look at the request again and answer that");
  error.metadata = {{"expected", ToHex(request.action_digest())}, {"given", ToHex(digest)}};
  return error;
}

/// Whether the request still waits.
std::optional<RpcError> CheckOpen(const v1::ApprovalRequest& request, std::int64_t now_ms) {
  switch (request.state()) {
    case v1::APPROVAL_STATE_OPEN:
      break;
    case v1::APPROVAL_STATE_EXPIRED:
      return Refused(StatusCode::kFailedPrecondition, "EXPIRED",
                     "the request expired without an answer, which means no");
    case v1::APPROVAL_STATE_WITHDRAWN:
      return Refused(StatusCode::kFailedPrecondition, "WITHDRAWN",
                     "the request was withdrawn (" + request.closed_reason() +
                         "); nobody needs to answer it any more");
    default:
      return Refused(StatusCode::kAlreadyExists, "ALREADY_ANSWERED",
                     "the request was answered by " + request.approver() +
                         " already; it stands at " + v1::ApprovalState_Name(request.state()));
  }
  if (now_ms < request.expires_time_ms()) return std::nullopt;
  return Refused(StatusCode::kFailedPrecondition, "EXPIRED",
                 "the request expired at " + std::to_string(request.expires_time_ms()) +
                     " ms, it is " + std::to_string(now_ms) + " ms; no answer means no");
}

}  // namespace

const v1::ApprovalVerdict* CountingVerdict(const v1::ApprovalRequest& request,
                                           const std::vector<v1::ApprovalVerdict>& verdicts) {
  const auto counts = [&](const v1::ApprovalVerdict& verdict) {
    // The decider has spoken: no second guess.
    if (!request.verdict_id().empty()) return verdict.verdict_id() == request.verdict_id();
    return verdict.action_digest() == request.action_digest() &&
           verdict.approver_role() == RoleOf(request) &&
           !IsProposer(verdict.approver(), request.proposer()) &&
           verdict.decided_time_ms() < request.expires_time_ms();
  };
  const auto found = std::find_if(verdicts.begin(), verdicts.end(), counts);
  return found == verdicts.end() ? nullptr : &*found;
}

RpcResult<v1::ApproveResponse> Desk::Approve(const Person& person,
                                             const v1::ApproveRequest& request, Deadline deadline) {
  auto given = Give({person, v1::VERDICT_APPROVED, request.approval_id(), request.action_digest(),
                     request.comment(), request.request_id()},
                    deadline);
  if (auto* error = std::get_if<RpcError>(&given)) return std::move(*error);
  v1::ApproveResponse response;
  *response.mutable_verdict() = std::get<v1::ApprovalVerdict>(std::move(given));
  return response;
}

RpcResult<v1::RejectResponse> Desk::Reject(const Person& person, const v1::RejectRequest& request,
                                           Deadline deadline) {
  auto given = Give({person, v1::VERDICT_REJECTED, request.approval_id(), request.action_digest(),
                     request.comment(), request.request_id()},
                    deadline);
  if (auto* error = std::get_if<RpcError>(&given)) return std::move(*error);
  v1::RejectResponse response;
  *response.mutable_verdict() = std::get<v1::ApprovalVerdict>(std::move(given));
  return response;
}

RpcResult<v1::ApprovalVerdict> Desk::Give(const Answer& answer, Deadline deadline) {
  if (auto bad = CheckFields(answer.approval_id, answer.action_digest, answer.comment,
                             answer.request_id)) {
    return *std::move(bad);
  }
  // Settles what an earlier process, or an earlier call, left in doubt.
  if (const auto settled = log_->LoadPosition("console." + options_.writer); !settled.ok()) {
    return RpcError::From(settled.status().WithContext("the log"));
  }
  auto found = FindRequest(answer.approval_id, deadline);
  if (auto* error = std::get_if<RpcError>(&found)) return std::move(*error);
  const auto& request = std::get<v1::ApprovalRequest>(found);
  auto verdicts = FindVerdicts(views_, answer.approval_id);
  if (!verdicts.ok()) return RpcError::From(verdicts.status());
  if (auto denied = CheckPerson(request, answer.person)) return *std::move(denied);
  const std::int64_t now = NowOf(PartitionOf(request.customer_id(), options_.row_count));
  v1::ApprovalVerdict ours = VerdictOf(answer, request, now);
  const v1::ApprovalVerdict* before = CountingVerdict(request, *verdicts);
  if (before != nullptr) {
    const bool is_repeat =
        !answer.request_id.empty() && before->verdict_id() == ours.verdict_id() &&
        before->verdict() == ours.verdict() && before->action_digest() == answer.action_digest;
    if (is_repeat) return *before;
    return AnsweredBy(*before);
  }
  if (auto other = CheckDigest(request, answer.action_digest)) return *std::move(other);
  if (auto closed = CheckOpen(request, now)) return *std::move(closed);
  if (std::chrono::steady_clock::now() >= deadline) {
    return RpcError{.code = StatusCode::kDeadlineExceeded,
                    .message = "nothing was written before the deadline"};
  }
  if (auto failed = WriteVerdict(ours)) return *std::move(failed);
  // Somebody may have written through another process meanwhile: the log says who was first.
  if (auto late = CatchUp(request, deadline)) return *std::move(late);
  verdicts = FindVerdicts(views_, answer.approval_id);
  if (!verdicts.ok()) return RpcError::From(verdicts.status());
  const v1::ApprovalVerdict* first = CountingVerdict(request, *verdicts);
  if (first != nullptr && first->verdict_id() != ours.verdict_id()) return AnsweredBy(*first);
  return ours;
}

RpcResult<v1::ApprovalRequest> Desk::FindRequest(const std::string& approval_id,
                                                 Deadline deadline) {
  for (const bool is_again : {false, true}) {
    auto found = FindApproval(views_, approval_id);
    if (!found.ok()) return RpcError::From(found.status());
    if (*found) {
      if (auto late = CatchUp(**found, deadline)) return *std::move(late);
      found = FindApproval(views_, approval_id);
      if (found.ok() && *found) return **std::move(found);
    }
    // It may be so new that the view has not seen it.
    for (Partition row = 0; !is_again && row < options_.row_count; ++row) {
      if (auto late = CatchUp({options_.names.ApprovalRequests(), row}, deadline)) {
        return *std::move(late);
      }
    }
  }
  return Refused(StatusCode::kNotFound, "UNKNOWN_APPROVAL",
                 "no request " + approval_id + "; check the id");
}

v1::ApprovalVerdict Desk::VerdictOf(const Answer& answer, const v1::ApprovalRequest& request,
                                    std::int64_t now_ms) const {
  v1::ApprovalVerdict verdict;
  verdict.set_verdict_id(
      VerdictId(answer.approval_id, answer.person.name, answer.request_id, answer.verdict));
  verdict.set_approval_id(answer.approval_id);
  verdict.set_customer_id(request.customer_id());
  verdict.set_action_id(request.action_id());
  verdict.set_action_digest(answer.action_digest);
  verdict.set_verdict(answer.verdict);
  verdict.set_approver(answer.person.name);
  verdict.set_approver_role(std::string(RoleName(answer.person.role)));
  verdict.set_comment(answer.comment);
  verdict.set_policy_revision(request.policy_revision());
  verdict.set_decided_time_ms(now_ms);
  return verdict;
}

std::optional<RpcError> Desk::WriteVerdict(const v1::ApprovalVerdict& verdict) {
  Verdict payload{.verdict_id = verdict.verdict_id(),
                  .approval_id = verdict.approval_id(),
                  .action_id = verdict.action_id(),
                  .kind = static_cast<VerdictKind>(verdict.verdict()),
                  .approver = verdict.approver(),
                  .approver_role = verdict.approver_role(),
                  .comment = verdict.comment(),
                  .policy_revision = verdict.policy_revision(),
                  .decided = TimeMs{verdict.decided_time_ms()}};
  std::copy(verdict.action_digest().begin(), verdict.action_digest().end(),
            payload.action_digest.begin());
  const Signal signal{.id = verdict.verdict_id(),
                      .source = options_.names.prefix() + "console",
                      .type = "verdict",
                      .family = SignalFamily::kVerdict,
                      .customer = CustomerId(verdict.customer_id()),
                      .event_time = payload.decided};
  Result<EncodedRecord> encoded = EncodeSignal(signal, payload);
  if (!encoded.ok()) return RpcError::From(encoded.status());
  OwnedRecord record{.topic = options_.names.Verdicts(),
                     .partition = PartitionOf(verdict.customer_id(), options_.row_count),
                     .key = std::move(encoded->key),
                     .value = std::move(encoded->value),
                     .headers = std::move(encoded->headers)};
  if (options_.clock == ClockMode::kEvent) record.timestamp = payload.decided;
  return Write(record);
}

}  // namespace evenkeel
