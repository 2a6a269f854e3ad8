#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "rpc_dispatcher.h"
#include <grpcpp/server.h>

namespace evenkeel {

class GrpcService;
class GrpcUnknown;

/// The gRPC door: every service of the registry, health, reflection.
class GrpcDoor {
 public:
  /// As RpcServer::ServeGrpc(). `dispatcher` outlives the door.
  static Result<std::unique_ptr<GrpcDoor>> Open(const RpcServer::GrpcOptions& options,
                                                RpcDispatcher& dispatcher);
  /// REQUIRES: Close() was called.
  ~GrpcDoor();

  /// Whoever watches hears of changes only.
  void SetServing(bool is_serving);

  /// Takes no new calls. Idempotent. REQUIRES: the open ones are answered by `deadline`.
  void Close(std::chrono::steady_clock::time_point deadline);

  std::uint16_t port() const { return static_cast<std::uint16_t>(port_); }

 private:
  explicit GrpcDoor(RpcDispatcher& dispatcher);

  std::vector<std::string> health_names_;
  std::vector<std::unique_ptr<GrpcService>> services_;
  std::unique_ptr<GrpcUnknown> unknown_;
  int port_ = 0;
  bool is_closed_ = false;
  std::mutex mutex_;
  std::optional<bool> is_serving_;        // Guarded by mutex_.
  std::unique_ptr<grpc::Server> server_;  // Last: it uses the services.
};

}  // namespace evenkeel
