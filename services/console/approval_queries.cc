#include <string>

#include "console/page_token.h"
#include "console/queries.h"

#include "evenkeel/v1/actions.pb.h"
#include "evenkeel/v1/approvals.pb.h"
#include "evenkeel/v1/globals.pb.h"

namespace evenkeel {
namespace {

template <typename Message>
Status Parse(std::string_view bytes, Message& out) {
  if (out.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return {};
  return DataLoss("the view is damaged; stop the console and delete its view directory");
}

}  // namespace

Result<std::optional<v1::ApprovalRequest>> FindApproval(const Views& views,
                                                        std::string_view approval_id) {
  EVENKEEL_ASSIGN_OR_RETURN(const auto stored, views.store().Get(view_keys::Approval(approval_id)));
  if (!stored) return std::optional<v1::ApprovalRequest>();
  v1::ApprovalRequest request;
  EVENKEEL_RETURN_IF_ERROR(Parse(*stored, request));
  return std::optional<v1::ApprovalRequest>(std::move(request));
}

Result<std::vector<v1::ApprovalVerdict>> FindVerdicts(const Views& views,
                                                      std::string_view approval_id) {
  std::vector<v1::ApprovalVerdict> verdicts;
  Status parsed;
  const std::string prefix = view_keys::VerdictsPrefix(approval_id);
  EVENKEEL_RETURN_IF_ERROR(views.store().Scan(prefix, EndOfPrefix(prefix),
                                              [&](std::string_view, std::string_view value) {
                                                parsed = Parse(value, verdicts.emplace_back());
                                                return parsed.ok();
                                              }));
  EVENKEEL_RETURN_IF_ERROR(parsed);
  return verdicts;
}

RpcResult<v1::GetApprovalResponse> GetApproval(const Views& views,
                                               const v1::GetApprovalRequest& request) {
  if (auto bad = CheckId("approval_id", request.approval_id())) return *std::move(bad);
  v1::GetApprovalResponse response;
  *response.mutable_lag() = views.Lag();
  const auto found = FindApproval(views, request.approval_id());
  if (!found.ok()) return RpcError::From(found.status());
  if (!*found) {
    return RpcError{.code = StatusCode::kNotFound,
                    .message = "no request " + request.approval_id() +
                               " in the view: check the id; the view is " +
                               std::to_string(response.lag().records()) + " records behind"};
  }
  *response.mutable_approval() = **found;
  if (!response.mutable_action()->ParseFromString(response.approval().action())) {
    return RpcError::From(DataLoss("the action of the request cannot be read"));
  }
  const auto verdicts = FindVerdicts(views, request.approval_id());
  if (!verdicts.ok()) return RpcError::From(verdicts.status());
  for (const v1::ApprovalVerdict& verdict : *verdicts) *response.add_verdicts() = verdict;
  return response;
}

RpcResult<v1::ListApprovalsResponse> ListApprovals(const Views& views,
                                                   const v1::ListApprovalsRequest& request) {
  int size = 0;
  std::string after;
  const std::string digest = FilterDigest(request);
  if (!v1::ApprovalState_IsValid(request.state())) {
    return RpcError::BadField(
        "state", std::to_string(request.state()) + " is none; see the contract's ApprovalState");
  }
  if (auto bad = CheckPageSize(request.has_page_size(), request.page_size(), size)) {
    return *std::move(bad);
  }
  if (auto bad = ReadPageToken(digest, request.page_token(), after)) return *std::move(bad);
  const int state =
      request.state() == v1::APPROVAL_STATE_UNSPECIFIED ? v1::APPROVAL_STATE_OPEN : request.state();
  const std::string index = request.customer_id().empty()
                                ? view_keys::ApprovalStatePrefix(state)
                                : view_keys::ApprovalCustomerPrefix(request.customer_id(), state);
  v1::ListApprovalsResponse response;
  *response.mutable_lag() = views.Lag();
  Status inner;
  std::string last;
  const std::string from = after.empty() ? index : index + after + '\0';
  const Status scanned =
      views.store().Scan(from, EndOfPrefix(index), [&](std::string_view key, std::string_view) {
        if (response.approvals_size() == size) {
          response.set_next_page_token(MakePageToken(digest, last));
          return false;
        }
        last = key.substr(index.size());
        const auto found = FindApproval(views, last.substr(view_keys::kApprovalTimeBytes));
        inner = found.status();
        if (found.ok() && *found) *response.add_approvals() = **found;
        return inner.ok();
      });
  if (!scanned.ok()) return RpcError::From(scanned);
  if (!inner.ok()) return RpcError::From(inner);
  return response;
}

RpcResult<v1::ListControlsResponse> ListControls(const Views& views,
                                                 const v1::ListControlsRequest& /*request*/) {
  v1::ListControlsResponse response;
  *response.mutable_lag() = views.Lag();
  Status inner;
  const Status scanned =
      views.store().Scan("K", "L", [&](std::string_view, std::string_view value) {
        const Result<ControlRow> row = ControlRow::Decode(value);
        inner = row.status();
        v1::ControlEntry entry;
        // Deciders stop everything for an entry that cannot be read; here it has nothing to show.
        if (row.ok() && Parse(row->entry, entry).ok()) *response.add_entries() = entry;
        return inner.ok();
      });
  if (!scanned.ok()) return RpcError::From(scanned);
  if (!inner.ok()) return RpcError::From(inner);
  for (const ViewSource& source : views.sources()) {
    if (source.kind != ViewTopic::kControl) continue;
    response.set_revision(views.Position({source.topic, 0}).value_or(0));
  }
  return response;
}

}  // namespace evenkeel
