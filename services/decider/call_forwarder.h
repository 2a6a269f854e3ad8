#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <variant>

#include <google/protobuf/message.h>

#include "evenkeel/runtime/rpc.h"

namespace grpc {
class Channel;
}  // namespace grpc

namespace evenkeel {

/// Marks a call that comes from another decider, and says whom it is meant for: it is not passed on
/// again, and whoever is not meant refuses it.
inline constexpr std::string_view kForwardedHeader = "evenkeel-forwarded";

/// Passes calls on to other processes over gRPC.
///
/// Thread-safety: any thread.
class CallForwarder {
 public:
  CallForwarder();
  /// Waits for the calls under way to be answered (each has a deadline).
  ~CallForwarder();
  CallForwarder(const CallForwarder&) = delete;
  CallForwarder& operator=(const CallForwarder&) = delete;

  /// What came back: an empty message of the wanted type that was filled, or the other's error.
  using Done =
      std::function<void(std::variant<std::unique_ptr<google::protobuf::Message>, RpcError>)>;

  /// Where a call goes.
  struct Target {
    std::string address;    ///< "127.0.0.1:50051".
    std::string addressee;  ///< What its kForwardedHeader says: see QueryIdentity::Addressee().
  };

  /// Calls `method` ("evenkeel.v1.ScoreService/GetScore") at `target` and gives the answer to
  /// `done`, on a thread of gRPC's. `response` is an empty message of the answer's type. Whoever
  /// does not answer in time (a process that is stopped) is UNAVAILABLE.
  void Call(const Target& target, const std::string& method,
            const google::protobuf::Message& request,
            std::unique_ptr<google::protobuf::Message> response,
            std::chrono::steady_clock::time_point deadline, Done done);

 private:
  struct State;
  std::shared_ptr<grpc::Channel> ChannelTo(const std::string& address);

  const std::shared_ptr<State> state_;
};

}  // namespace evenkeel
