#pragma once

#include <variant>

#include "console/views.h"

#include "evenkeel/runtime/rpc.h"
#include "evenkeel/v1/approval_service.pb.h"
#include "evenkeel/v1/control_service.pb.h"
#include "evenkeel/v1/decision_service.pb.h"

namespace evenkeel {

template <typename Response>
using RpcResult = std::variant<Response, RpcError>;

/// What is read from the view. Every answer says how far the view is behind.
///
/// Thread-safety: any thread; may wait for the disk.
RpcResult<v1::GetDecisionResponse> GetDecision(const Views& views,
                                               const v1::GetDecisionRequest& request);
RpcResult<v1::ListDecisionsResponse> ListDecisions(const Views& views,
                                                   const v1::ListDecisionsRequest& request);
RpcResult<v1::GetApprovalResponse> GetApproval(const Views& views,
                                               const v1::GetApprovalRequest& request);
RpcResult<v1::ListApprovalsResponse> ListApprovals(const Views& views,
                                                   const v1::ListApprovalsRequest& request);
RpcResult<v1::ListControlsResponse> ListControls(const Views& views,
                                                 const v1::ListControlsRequest& request);

/// The request of an id; nothing if the view has none.
Result<std::optional<v1::ApprovalRequest>> FindApproval(const Views& views,
                                                        std::string_view approval_id);
/// The answers to a request, in the order in which they were given.
Result<std::vector<v1::ApprovalVerdict>> FindVerdicts(const Views& views,
                                                      std::string_view approval_id);

/// Complains unless `id` is 32 lower-case hexadecimal digits.
std::optional<RpcError> CheckId(const char* field, std::string_view id);

}  // namespace evenkeel
