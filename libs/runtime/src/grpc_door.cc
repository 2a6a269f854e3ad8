#include "grpc_door.h"

#include <utility>

#include "grpc_call.h"
#include "loopback.h"
#include <absl/synchronization/mutex.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/server_builder.h>

namespace evenkeel {

/// One service of the registry, made from its descriptor: what generated code does, for bytes.
class GrpcService final : public grpc::Service {
 public:
  GrpcService(const google::protobuf::ServiceDescriptor& service, RpcDispatcher& dispatcher) {
    using Handler = grpc::internal::CallbackUnaryHandler<grpc::ByteBuffer, grpc::ByteBuffer>;
    names_.reserve(static_cast<std::size_t>(service.method_count()));
    for (int i = 0; i < service.method_count(); ++i) {
      names_.push_back("/" + service.full_name() + "/" + service.method(i)->name());
      AddMethod(new grpc::internal::RpcServiceMethod(
          names_.back().c_str(), grpc::internal::RpcMethod::NORMAL_RPC, nullptr));
      MarkMethodRawCallback(
          i, new Handler([name = names_.back().substr(1), &dispatcher](
                             grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                             grpc::ByteBuffer* response) {
            return Serve(dispatcher, name, *context, *request, *response);
          }));
    }
  }

 private:
  static grpc::ServerUnaryReactor* Serve(RpcDispatcher& dispatcher, const std::string& method,
                                         grpc::CallbackServerContext& context,
                                         const grpc::ByteBuffer& request,
                                         grpc::ByteBuffer& response) {
    // Lives until it is finished, whatever becomes of the caller.
    grpc::ServerUnaryReactor* reactor = context.DefaultReactor();
    dispatcher.Dispatch(
        ToIncomingCall(method, context),
        [&request](google::protobuf::Message& message) { return ParseRequest(request, message); },
        [reactor, &response](const RpcAnswer& answer) {
          if (const auto* error = std::get_if<RpcError>(&answer)) {
            reactor->Finish(ToGrpcStatus(*error));
          } else {
            response = ToBytes(*std::get<0>(answer));
            reactor->Finish(grpc::Status::OK);
          }
        });
    return reactor;
  }

  std::vector<std::string> names_;  // gRPC keeps pointers into it.
};

/// Answers what no service has.
class GrpcUnknown final : public grpc::CallbackGenericService {
 public:
  explicit GrpcUnknown(RpcDispatcher& dispatcher) : dispatcher_(dispatcher) {}

 private:
  class Reactor final : public grpc::ServerGenericBidiReactor {
   public:
    void OnDone() override { delete this; }
  };

  grpc::ServerGenericBidiReactor* CreateReactor(
      grpc::GenericCallbackServerContext* context) override {
    auto* reactor = new Reactor;
    const std::string& method = context->method();
    dispatcher_.Dispatch(
        ToIncomingCall(method.substr(method.empty() ? 0 : 1), *context),
        [](google::protobuf::Message&) { return std::nullopt; },
        [reactor](const RpcAnswer& answer) {
          reactor->Finish(ToGrpcStatus(std::get<RpcError>(answer)));
        });
    return reactor;
  }

  RpcDispatcher& dispatcher_;
};

namespace {

using std::chrono::steady_clock;

constexpr std::size_t kMemoryMaxBytes = 256U << 20;
constexpr int kThreadsMax = 64;  // Of reflection; calls need none of their own.

/// Reflection as this server wants it; linked, gRPC gives it to all servers of a process.
class Reflection final : public grpc::ServerBuilderOption {
 public:
  explicit Reflection(bool is_off) : is_off_(is_off) {}

  void UpdateArguments(grpc::ChannelArguments*) override {}
  void UpdatePlugins(std::vector<std::unique_ptr<grpc::ServerBuilderPlugin>>* plugins) override {
    auto ours = std::make_unique<grpc::reflection::ProtoServerReflectionPlugin>();
    std::erase_if(*plugins, [&](const auto& plugin) { return plugin->name() == ours->name(); });
    if (!is_off_) plugins->push_back(std::move(ours));
  }

 private:
  const bool is_off_;
};

void SetLimits(grpc::ServerBuilder& builder, const RpcServer::GrpcOptions& options,
               const RpcLimits& limits) {
  builder.SetMaxReceiveMessageSize(static_cast<int>(limits.request_max_bytes));
  builder.SetMaxSendMessageSize(static_cast<int>(limits.response_max_bytes));
  // Two processes must not share a port: the second one has to see the error.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, 256);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, 16 << 10);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS,
                             static_cast<int>(options.connection_age_max.count()));
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS,
                             static_cast<int>(options.connection_age_grace.count()));
  // Clients may look every 10 s whether the connection lives.
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 10'000);
  // Nothing is unpacked here: a small body stays small.
  builder.SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_DEFLATE, false);
  builder.SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_GZIP, false);
  grpc::ResourceQuota quota("evenkeel");
  quota.Resize(kMemoryMaxBytes).SetMaxThreads(kThreadsMax);
  builder.SetResourceQuota(quota);
}

}  // namespace

GrpcDoor::GrpcDoor(RpcDispatcher& dispatcher)
    : unknown_(std::make_unique<GrpcUnknown>(dispatcher)) {
  health_names_.emplace_back();
  for (const auto* service : dispatcher.registry().Services()) {
    services_.push_back(std::make_unique<GrpcService>(*service, dispatcher));
    health_names_.push_back(service->full_name());
  }
}

GrpcDoor::~GrpcDoor() = default;

Result<std::unique_ptr<GrpcDoor>> GrpcDoor::Open(const RpcServer::GrpcOptions& options,
                                                 RpcDispatcher& dispatcher) {
  EVENKEEL_RETURN_IF_ERROR(CheckLoopback(options.address));
  std::unique_ptr<GrpcDoor> door(new GrpcDoor(dispatcher));
  grpc::EnableDefaultHealthCheckService(true);
  // Debian's Abseil looks for cycles at every lock that gRPC takes: a tenth of the cost of a call.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  grpc::ServerBuilder builder;
  SetLimits(builder, options, dispatcher.limits());
  builder.SetOption(std::make_unique<Reflection>(options.is_reflection_off));
  for (const auto& service : door->services_) builder.RegisterService(service.get());
  builder.RegisterCallbackGenericService(door->unknown_.get());
  const bool is_v6 = options.address.find(':') != std::string::npos;
  const std::string host = is_v6 ? "[" + options.address + "]" : options.address;
  // No TLS: only this machine is served.
  builder.AddListeningPort(host + ":" + std::to_string(options.port),
                           grpc::InsecureServerCredentials(), &door->port_);
  door->server_ = builder.BuildAndStart();
  if (door->server_ == nullptr || door->port_ == 0) {
    return CannotListen(options.address, options.port, "it is in use or not allowed");
  }
  door->SetServing(false);
  return door;
}

void GrpcDoor::SetServing(bool is_serving) {
  const std::lock_guard lock(mutex_);
  if (std::exchange(is_serving_, is_serving) == is_serving) return;
  auto* health = server_->GetHealthCheckService();
  for (const std::string& name : health_names_) health->SetServingStatus(name, is_serving);
}

void GrpcDoor::Close(steady_clock::time_point deadline) {
  if (std::exchange(is_closed_, true)) return;
  const auto left = deadline - steady_clock::now();
  server_->Shutdown(std::chrono::system_clock::now() +
                    std::chrono::duration_cast<std::chrono::system_clock::duration>(left));
}

}  // namespace evenkeel
