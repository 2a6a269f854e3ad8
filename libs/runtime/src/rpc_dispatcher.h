#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include <google/protobuf/message.h>

#include "evenkeel/runtime/rpc_server.h"

namespace evenkeel {

using RpcAnswer = std::variant<std::unique_ptr<google::protobuf::Message>, RpcError>;

/// A call as its door brings it.
struct IncomingCall {
  std::string method;  ///< "evenkeel.v1.ScoreService/GetScore".
  /// How long the caller waits; absent: it did not say. Not positive: no longer.
  std::optional<std::chrono::nanoseconds> timeout;
  std::string authorization;                         ///< The header, or empty.
  std::multimap<std::string, std::string> metadata;  ///< As RpcContext has it.
};

class OpenRpcCalls;
class RpcMetrics;

/// From a call to its answer, the same for every door.
///
/// Thread-safety: any thread.
class RpcDispatcher {
 public:
  /// Fills the request, or says what is wrong with its bytes. Called at most once, on the thread
  /// of Dispatch().
  using Decode = std::function<std::optional<RpcError>(google::protobuf::Message& request)>;
  /// Takes the answer: exactly once, on any thread, at the latest at the deadline.
  using Finish = std::function<void(RpcAnswer)>;

  RpcDispatcher(const RpcRegistry& registry, const People& people, Metrics& metrics,
                const RpcLimits& limits);
  ~RpcDispatcher();

  void Dispatch(IncomingCall call, const Decode& decode, Finish finish);

  /// As RpcServer::Stop().
  void Stop(std::chrono::steady_clock::time_point deadline);

  const RpcRegistry& registry() const { return registry_; }
  const RpcLimits& limits() const { return limits_; }

 private:
  using Time = std::chrono::steady_clock::time_point;

  std::optional<RpcError> Admit(const IncomingCall& call, const RpcRegistry::Method* method,
                                RpcContext& context, Time now) const;
  std::optional<RpcError> Authorize(const std::string& authorization, RpcAccess access,
                                    std::optional<Person>& person) const;

  const RpcRegistry& registry_;
  const People& people_;
  const RpcLimits limits_;
  const std::shared_ptr<RpcMetrics> metrics_;
  const std::shared_ptr<OpenRpcCalls> open_;
};

}  // namespace evenkeel
