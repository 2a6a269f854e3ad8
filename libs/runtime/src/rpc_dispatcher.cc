#include "rpc_dispatcher.h"

#include <algorithm>
#include <utility>

#include "open_rpc_calls.h"
#include "rpc_metrics.h"

namespace evenkeel {
namespace {

using std::chrono::nanoseconds;
using std::chrono::steady_clock;

constexpr std::string_view kBearer = "bearer ";

/// The token of "Bearer <token>", or empty.
std::string_view TokenOf(std::string_view authorization) {
  if (authorization.size() <= kBearer.size()) return {};
  const std::string_view scheme = authorization.substr(0, kBearer.size());
  const bool is_bearer =
      std::equal(scheme.begin(), scheme.end(), kBearer.begin(),
                 [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b; });
  return is_bearer ? authorization.substr(kBearer.size()) : std::string_view();
}

RpcError Unknown(const std::string& method) {
  return {.code = StatusCode::kUnimplemented,
          .message = "there is no method " + method,
          .reason = "UNKNOWN_METHOD",
          .metadata = {{"method", method}}};
}

RpcError Elsewhere(const std::string& method, const std::string& where) {
  return {.code = StatusCode::kUnimplemented,
          .message = method + " is not answered by this process; ask " + where,
          .reason = "SERVED_ELSEWHERE",
          .metadata = {{"process", where}}};
}

RpcError Passed() {
  return {.code = StatusCode::kDeadlineExceeded,
          .message = "the call's deadline had passed before it arrived"};
}

RpcError Full(bool is_stopping) {
  using std::chrono::milliseconds;
  if (is_stopping) {
    return {.code = StatusCode::kUnavailable,
            .message = "the process ends; ask again",
            .retry_delay = milliseconds(1000)};
  }
  return {.code = StatusCode::kResourceExhausted,
          .message = "too many calls are open; ask again",
          .reason = "TOO_MANY_CALLS",
          .retry_delay = milliseconds(100)};
}

bool Allows(RpcAccess access, Role role) {
  switch (access) {
    case RpcAccess::kAnyone:
    case RpcAccess::kPerson:
      return true;
    case RpcAccess::kApprover:
      return role == Role::kApprover;
    case RpcAccess::kOperator:
      return role == Role::kOperator;
  }
  return false;
}

std::string_view Needed(RpcAccess access) {
  return access == RpcAccess::kApprover ? RoleName(Role::kApprover) : RoleName(Role::kOperator);
}

RpcError Unauthenticated(std::string message) {
  return {.code = StatusCode::kUnauthenticated,
          .message = std::move(message) +
                     "; send the header \"authorization: Bearer TOKEN\" with the token of a "
                     "person in people_file"};
}

}  // namespace

RpcDispatcher::RpcDispatcher(const RpcRegistry& registry, const People& people, Metrics& metrics,
                             const RpcLimits& limits)
    : registry_(registry),
      people_(people),
      limits_(limits),
      metrics_(std::make_shared<RpcMetrics>(metrics, registry)),
      open_(std::make_shared<OpenRpcCalls>(limits.open_calls_max)) {}

RpcDispatcher::~RpcDispatcher() {
  Stop(steady_clock::now());
  open_->Close();
}

void RpcDispatcher::Stop(steady_clock::time_point deadline) { open_->Stop(deadline); }

std::optional<RpcError> RpcDispatcher::Authorize(const std::string& authorization, RpcAccess access,
                                                 std::optional<Person>& person) const {
  if (!authorization.empty()) {
    const Result<Person> found = people_.Authenticate(TokenOf(authorization));
    if (!found.ok() && found.status().code() == StatusCode::kUnauthenticated) {
      return Unauthenticated("the token is nobody's");
    }
    if (!found.ok()) return RpcError::From(found.status());
    person = *found;
  }
  if (access == RpcAccess::kAnyone) return std::nullopt;
  if (!person) return Unauthenticated("this method is for people with a token");
  if (Allows(access, person->role)) return std::nullopt;
  return RpcError{.code = StatusCode::kPermissionDenied,
                  .message = person->name + " has the role " + std::string(RoleName(person->role)) +
                             "; this method needs " + std::string(Needed(access)),
                  .reason = "ROLE_MISSING",
                  .metadata = {{"role", std::string(Needed(access))}}};
}

std::optional<RpcError> RpcDispatcher::Admit(const IncomingCall& call,
                                             const RpcRegistry::Method* method, RpcContext& context,
                                             Time now) const {
  if (method == nullptr) return Unknown(call.method);
  if (method->handle == nullptr) return Elsewhere(call.method, method->elsewhere);
  if (call.timeout && *call.timeout <= nanoseconds(0)) return Passed();
  const nanoseconds limit = call.timeout ? limits_.deadline_max : limits_.default_deadline;
  context.deadline = now + std::min(call.timeout.value_or(limit), limit);
  return Authorize(call.authorization, method->access, context.person);
}

void RpcDispatcher::Dispatch(IncomingCall call, const Decode& decode, Finish finish) {
  const Time now = steady_clock::now();
  RpcMethodMetrics& metrics = metrics_->Of(call.method);
  metrics.Started();
  const auto refuse = [&](RpcError error) {
    metrics.Handled(error.code, steady_clock::now() - now);
    finish(std::move(error));
  };
  const RpcRegistry::Method* method = registry_.Find(call.method);
  RpcContext context{.method = call.method};
  if (auto error = Admit(call, method, context, now)) return refuse(std::move(*error));
  std::unique_ptr<google::protobuf::Message> request(method->request_prototype->New());
  if (auto error = decode(*request)) return refuse(std::move(*error));
  if (!open_->Enter()) return refuse(Full(open_->is_stopping()));
  context.metadata = std::move(call.metadata);
  const auto open = std::make_shared<OpenRpcCall>(
      std::move(context), std::move(request),
      OpenRpcCall::Parts{open_, metrics_, &metrics, now, limits_.response_max_bytes,
                         std::move(finish)});
  method->handle(open->context(), open->request(), open);
  if (!open->is_done()) open_->Add(open);
}

}  // namespace evenkeel
