#pragma once

#include <future>
#include <memory>
#include <string>
#include <utility>
#include <variant>

#include "evenkeel/runtime/rpc.h"

namespace evenkeel::testing {

/// What the method of `context` answers, called as the doors call, without one.
template <typename Response, typename Request>
std::variant<Response, RpcError> CallDirectly(RpcRegistry& registry, const RpcContext& context,
                                              const Request& request) {
  using Answer = std::variant<std::unique_ptr<google::protobuf::Message>, RpcError>;
  class DirectCall final : public RpcCall {
   public:
    void Finish(Answer answer) override { promise.set_value(std::move(answer)); }
    std::promise<Answer> promise;
  };
  const auto call = std::make_shared<DirectCall>();
  auto answered = call->promise.get_future();
  registry.Find(context.method)->handle(context, request, call);
  Answer answer = answered.get();
  if (auto* error = std::get_if<RpcError>(&answer)) return std::move(*error);
  return static_cast<Response&>(*std::get<0>(answer));
}

}  // namespace evenkeel::testing
