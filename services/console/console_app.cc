#include "console/console_app.h"

#include <utility>

namespace evenkeel {
namespace {

RpcError TooMuch() {
  return {.code = StatusCode::kResourceExhausted,
          .message = "too many calls wait already; come again",
          .reason = "CONSOLE_BUSY",
          .retry_delay = std::chrono::seconds(1)};
}

/// Registers `answer(context, request)`, which may wait, to be run on `queue`.
template <typename Request, typename Response, typename Answer>
void OnQueue(RpcRegistry& registry, std::string_view name, RpcAccess access,
             const std::unique_ptr<WorkQueue>& queue, Answer answer) {
  registry.Unary<Request, Response>(
      name, access,
      [&queue, answer = std::move(answer)](const RpcContext& context, const Request& request,
                                           const RpcReply<Response>& reply) {
        const bool is_taken = queue->Post([&context, &request, reply, answer] {
          std::visit([&reply](auto result) { reply(std::move(result)); },
                     RpcResult<Response>(answer(context, request)));
        });
        if (!is_taken) reply(TooMuch());
      });
}

}  // namespace

void ConsoleApp::Register(RpcRegistry& registry, HttpListener& http) {
  RegisterQueries(registry);
  RegisterDesk(registry);
  registry.Unary<v1::GetProgressRequest, v1::GetProgressResponse>(
      "evenkeel.v1.ControlService/GetProgress", RpcAccess::kAnyone,
      [this](const RpcContext&, const v1::GetProgressRequest&,
             const RpcReply<v1::GetProgressResponse>& reply) {
        meter_->Ask([reply](const Result<v1::GetProgressResponse>& progress) {
          progress.ok() ? reply(*progress) : reply(progress.status());
        });
      });
  http.HandleAsync("GET", "/progress", [this](const HttpRequest&, const HttpReply& reply) {
    meter_->Ask([reply](const Result<v1::GetProgressResponse>& progress) {
      if (progress.ok()) {
        reply({.content_type = "application/json", .body = ProgressJson(*progress)});
      } else {
        reply(HttpError(503, "unavailable", progress.status().message()));
      }
    });
  });
}

void ConsoleApp::RegisterQueries(RpcRegistry& registry) {
  const Views& views = *views_;
  OnQueue<v1::GetDecisionRequest, v1::GetDecisionResponse>(
      registry, "evenkeel.v1.DecisionService/GetDecision", RpcAccess::kAnyone, reads_,
      [&views](const RpcContext&, const auto& request) { return GetDecision(views, request); });
  OnQueue<v1::ListDecisionsRequest, v1::ListDecisionsResponse>(
      registry, "evenkeel.v1.DecisionService/ListDecisions", RpcAccess::kAnyone, reads_,
      [&views](const RpcContext&, const auto& request) { return ListDecisions(views, request); });
  OnQueue<v1::GetApprovalRequest, v1::GetApprovalResponse>(
      registry, "evenkeel.v1.ApprovalService/GetApproval", RpcAccess::kAnyone, reads_,
      [&views](const RpcContext&, const auto& request) { return GetApproval(views, request); });
  OnQueue<v1::ListApprovalsRequest, v1::ListApprovalsResponse>(
      registry, "evenkeel.v1.ApprovalService/ListApprovals", RpcAccess::kAnyone, reads_,
      [&views](const RpcContext&, const auto& request) { return ListApprovals(views, request); });
  OnQueue<v1::ListControlsRequest, v1::ListControlsResponse>(
      registry, "evenkeel.v1.ControlService/ListControls", RpcAccess::kAnyone, reads_,
      [&views](const RpcContext&, const auto& request) { return ListControls(views, request); });
}

void ConsoleApp::RegisterDesk(RpcRegistry& registry) {
  Desk& desk = *desk_;
  // Which role a request needs is written in the request: the desk asks for it.
  OnQueue<v1::ApproveRequest, v1::ApproveResponse>(
      registry, "evenkeel.v1.ApprovalService/Approve", RpcAccess::kPerson, writes_,
      [&desk](const RpcContext& context, const auto& request) {
        return desk.Approve(*context.person, request, context.deadline);
      });
  OnQueue<v1::RejectRequest, v1::RejectResponse>(
      registry, "evenkeel.v1.ApprovalService/Reject", RpcAccess::kPerson, writes_,
      [&desk](const RpcContext& context, const auto& request) {
        return desk.Reject(*context.person, request, context.deadline);
      });
  OnQueue<v1::SetKillSwitchRequest, v1::SetKillSwitchResponse>(
      registry, "evenkeel.v1.ControlService/SetKillSwitch", RpcAccess::kOperator, writes_,
      [&desk](const RpcContext& context, const auto& request) {
        return desk.SetKillSwitch(*context.person, request, context.deadline);
      });
  OnQueue<v1::SetAutonomyLevelRequest, v1::SetAutonomyLevelResponse>(
      registry, "evenkeel.v1.ControlService/SetAutonomyLevel", RpcAccess::kOperator, writes_,
      [&desk](const RpcContext& context, const auto& request) {
        return desk.SetAutonomyLevel(*context.person, request, context.deadline);
      });
}

}  // namespace evenkeel
