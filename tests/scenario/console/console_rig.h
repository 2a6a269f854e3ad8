#pragma once

#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <variant>

#include "console/console_app.h"

#include "evenkeel/runtime/rpc.h"
#include "support/service_world.h"

namespace evenkeel::testing {

/// A console on a world's log, called as its doors call it. Its threads are its own: for logs that
/// several threads may use.
class ConsoleRig {
 public:
  explicit ConsoleRig(ServiceWorld& world, const std::string& instance = "0");

  /// The answer to `method` ("ApprovalService/Approve"), or the error; waits for it.
  template <typename Response, typename Request>
  RpcResult<Response> Call(const std::string& method, const Request& request,
                           const std::optional<Person>& person = {}) {
    return Begin<Response>(method, request, person).get();
  }

  /// The same without waiting.
  template <typename Response, typename Request>
  std::future<RpcResult<Response>> Begin(const std::string& method, const Request& request,
                                         const std::optional<Person>& person = {}) {
    auto call = std::make_shared<Pending<Request, Response>>();
    call->request = request;
    call->context.method = "evenkeel.v1." + method;
    call->context.deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    call->context.person = person;
    auto answer = call->promise.get_future();
    const RpcRegistry::Method* found = registry_.Find(call->context.method);
    found->handle(call->context, call->request, call);
    return answer;
  }

  /// Progress, once it is asked for.
  std::future<Result<v1::GetProgressResponse>> AskProgress();

  ConsoleApp& app() { return *app_; }

 private:
  template <typename Request, typename Response>
  struct Pending final : RpcCall {
    RpcContext context;
    Request request;
    std::promise<RpcResult<Response>> promise;

    void Finish(
        std::variant<std::unique_ptr<google::protobuf::Message>, RpcError> result) override {
      if (auto* error = std::get_if<RpcError>(&result)) {
        promise.set_value(std::move(*error));
      } else {
        promise.set_value(static_cast<Response&>(*std::get<0>(result)));
      }
    }
  };

  RpcRegistry registry_;
  std::unique_ptr<HttpListener> http_;
  Logger logger_;
  std::unique_ptr<ConsoleApp> app_;
};

/// The code of an error, and its reason: "FAILED_PRECONDITION EXPIRED"; "OK" for an answer.
template <typename Response>
std::string OutcomeOf(const RpcResult<Response>& result) {
  const auto* error = std::get_if<RpcError>(&result);
  if (error == nullptr) return "OK";
  std::string text(StatusCodeName(error->code));
  if (!error->violations.empty()) return text + " " + error->violations[0].field;
  return error->reason.empty() ? text : text + " " + error->reason;
}

/// A request for approval as a decider writes it. Its action is `number`'s.
v1::ApprovalRequest RequestFor(const std::string& customer, int number, TimeMs expires);
OwnedRecord RecordOf(const ServiceWorld& world, const v1::ApprovalRequest& request);

}  // namespace evenkeel::testing
