#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "common/port_file.h"

#include "evenkeel/base/result.h"
#include "evenkeel/runtime/http_listener.h"
#include "evenkeel/runtime/people.h"
#include "evenkeel/runtime/rpc.h"
#include "evenkeel/runtime/rpc_server.h"
#include "evenkeel/telemetry/metrics.h"
#include "evenkeel/v1/config_common.pb.h"

namespace evenkeel {

/// The doors of a process for other programs and people: one HTTP listener (Connect, and whatever
/// routes are registered) and one gRPC server, on one registry of methods.
///
///   create -> register methods and routes -> Start() -> SetServing(true) -> ... -> Stop()
class ApiServer {
 public:
  struct Options {
    /// Where `http.port`, `grpc.port` and, unless configured otherwise, `people` are. Exists.
    std::string directory;
    /// Makes the file of people at the first start (console, standalone). False: without the file
    /// there is nobody, and methods that ask for a person refuse everyone.
    bool makes_people = false;
    std::size_t http_body_max_bytes = 8U << 20;
    RpcLimits limits;
  };

  /// Names what is wrong with `config`: key under `path`, value, remedy.
  static Status Check(const v1::ApiConfig& config, const std::string& path);

  /// Binds HTTP at once. `metrics` outlives the server. Errors: of HttpListener and People.
  static Result<std::unique_ptr<ApiServer>> Create(const v1::ApiConfig& config, Metrics& metrics,
                                                   const Options& options);
  ~ApiServer();

  /// REQUIRES: before Start(). Handlers and what they use live until Stop() has returned.
  RpcRegistry& registry() { return registry_; }
  /// REQUIRES: before Start().
  HttpListener& http() { return *http_; }
  /// For routes that ask for a person themselves: `people().Authenticate(BearerToken(request))`.
  const People& people() const { return people_; }

  /// Opens both doors and writes `http.port` and `grpc.port`.
  Status Start();

  /// What health says (gRPC health): false while restoring or draining. False at first.
  /// Nothing before Start().
  void SetServing(bool is_serving);

  /// Refuses new calls, lets open ones end until `deadline`, answers the rest. Idempotent.
  void Stop(std::chrono::steady_clock::time_point deadline);

  /// "host:port" of the gRPC door, for other processes. REQUIRES: after Start().
  std::string grpc_address() const;

  std::uint16_t http_port() const { return http_->port(); }
  /// REQUIRES: after Start().
  std::uint16_t grpc_port() const { return rpc_->grpc_port(); }

 private:
  ApiServer(v1::ApiConfig config, Metrics& metrics, Options options, People people);

  const v1::ApiConfig config_;
  Metrics& metrics_;
  const Options options_;
  const People people_;
  RpcRegistry registry_;
  std::unique_ptr<HttpListener> http_;
  std::unique_ptr<RpcServer> rpc_;
  PortFile http_port_;
  PortFile grpc_port_;
};

/// Closes an api's doors when it goes: declared after what their handlers use.
class ApiGuard {
 public:
  /// `api` may be null.
  explicit ApiGuard(ApiServer* api) : api_(api) {}
  ~ApiGuard();
  ApiGuard(const ApiGuard&) = delete;
  ApiGuard& operator=(const ApiGuard&) = delete;

 private:
  ApiServer* const api_;
};

/// The token of "Authorization: Bearer <token>", or empty.
std::string_view BearerToken(const HttpRequest& request);

}  // namespace evenkeel
