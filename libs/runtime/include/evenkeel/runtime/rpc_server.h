#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "evenkeel/base/result.h"
#include "evenkeel/runtime/http_listener.h"
#include "evenkeel/runtime/people.h"
#include "evenkeel/runtime/rpc.h"
#include "evenkeel/telemetry/metrics.h"

namespace evenkeel {

class GrpcDoor;
class RpcDispatcher;

/// Limits of calls, alike for both doors.
struct RpcLimits {
  std::chrono::milliseconds default_deadline{10'000};  ///< Of calls that state none.
  std::chrono::milliseconds deadline_max{30'000};      ///< Later ones are clamped to it.
  std::size_t request_max_bytes = 1U << 20;
  std::size_t response_max_bytes = 8U << 20;
  /// Calls that may be open at a time; above it RESOURCE_EXHAUSTED.
  std::size_t open_calls_max = 1024;
};

/// What the doors have in common: access, deadlines, one answer for each call, metrics
/// (grpc_server_started_total, grpc_server_handled_total, grpc_server_handling_seconds).
///
/// Thread-safety: any thread.
class RpcServer {
 public:
  /// `registry`, `people` and `metrics` outlive the server.
  RpcServer(const RpcRegistry& registry, const People& people, Metrics& metrics,
            const RpcLimits& limits);
  ~RpcServer();

  /// Serves every method as Connect unary at /<service>/<method>: POST with JSON or protobuf, and
  /// GET for methods without side effects. The server outlives the listener.
  ///
  /// REQUIRES: before listener.Start().
  void ServeConnect(HttpListener& listener);

  struct GrpcOptions {
    std::string address = "127.0.0.1";  ///< Loopback only, for now: anything else is refused.
    std::uint16_t port = 0;             ///< 0: any free one.
    bool is_reflection_off = false;
    std::chrono::milliseconds connection_age_max{300'000};  ///< So that clients spread again.
    std::chrono::milliseconds connection_age_grace{30'000};
  };

  /// Opens the gRPC door, with grpc.health.v1.Health (for "" and each service) and reflection.
  /// Errors: kInvalidArgument (address), kUnavailable (bind), each with the remedy.
  Status ServeGrpc(const GrpcOptions& options);
  std::uint16_t grpc_port() const;

  /// What health says: false while restoring or draining. False at first.
  void SetServing(bool is_serving);

  /// Refuses new calls, lets open ones end until `deadline`, answers the rest UNAVAILABLE, closes
  /// the gRPC door, at most half a second later. Idempotent.
  void Stop(std::chrono::steady_clock::time_point deadline);

 private:
  std::unique_ptr<RpcDispatcher> dispatcher_;
  std::unique_ptr<GrpcDoor> grpc_;
};

}  // namespace evenkeel
