#include "evenkeel/runtime/rpc_server.h"

#include <algorithm>

#include "connect_door.h"
#include "grpc_door.h"
#include "rpc_dispatcher.h"

namespace evenkeel {
namespace {

constexpr std::chrono::milliseconds kWriteTime{500};

}  // namespace

RpcServer::RpcServer(const RpcRegistry& registry, const People& people, Metrics& metrics,
                     const RpcLimits& limits)
    : dispatcher_(std::make_unique<RpcDispatcher>(registry, people, metrics, limits)) {}

RpcServer::~RpcServer() { Stop(std::chrono::steady_clock::now()); }

void RpcServer::ServeConnect(HttpListener& listener) { ServeConnectDoor(listener, *dispatcher_); }

Status RpcServer::ServeGrpc(const GrpcOptions& options) {
  EVENKEEL_ASSIGN_OR_RETURN(grpc_, GrpcDoor::Open(options, *dispatcher_));
  return {};
}

std::uint16_t RpcServer::grpc_port() const { return grpc_ ? grpc_->port() : std::uint16_t{0}; }

void RpcServer::SetServing(bool is_serving) {
  if (grpc_) grpc_->SetServing(is_serving);
}

void RpcServer::Stop(std::chrono::steady_clock::time_point deadline) {
  SetServing(false);
  dispatcher_->Stop(deadline);
  // Nobody waits for a handler any more: what is open is being written, and is not to be cut off.
  if (grpc_) grpc_->Close(std::max(deadline, std::chrono::steady_clock::now() + kWriteTime));
}

}  // namespace evenkeel
