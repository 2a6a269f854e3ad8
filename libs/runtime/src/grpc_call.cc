#include "grpc_call.h"

#include <utility>

#include "rpc_details.h"
#include <grpcpp/support/proto_buffer_reader.h>

namespace evenkeel {
namespace {

std::string ToString(const grpc::string_ref& text) { return {text.data(), text.size()}; }

/// How long the caller waits; absent: for ever.
std::optional<std::chrono::nanoseconds> TimeoutOf(const grpc::CallbackServerContext& context) {
  const auto deadline = context.deadline();
  if (deadline == std::chrono::system_clock::time_point::max()) return std::nullopt;
  return deadline - std::chrono::system_clock::now();
}

}  // namespace

IncomingCall ToIncomingCall(const std::string& method, const grpc::CallbackServerContext& context) {
  IncomingCall call{.method = method, .timeout = TimeoutOf(context)};
  for (const auto& [name, value] : context.client_metadata()) {
    if (name == "authorization") {
      call.authorization = ToString(value);
    } else if (!name.starts_with("grpc-")) {
      call.metadata.emplace(ToString(name), ToString(value));
    }
  }
  return call;
}

std::optional<RpcError> ParseRequest(const grpc::ByteBuffer& bytes,
                                     google::protobuf::Message& message) {
  grpc::ByteBuffer copy(bytes);  // By reference; the reader wants to own one.
  grpc::ProtoBufferReader reader(&copy);
  if (reader.status().ok() && message.ParseFromZeroCopyStream(&reader)) return std::nullopt;
  return MalformedProto(message);
}

grpc::ByteBuffer ToBytes(const google::protobuf::Message& message) {
  grpc::Slice slice(message.ByteSizeLong());
  // A new slice has one owner.
  message.SerializeWithCachedSizesToArray(const_cast<std::uint8_t*>(slice.begin()));
  return {&slice, 1};
}

grpc::Status ToGrpcStatus(const RpcError& error) {
  const google::rpc::Status status = ToRpcStatus(error);
  return {static_cast<grpc::StatusCode>(status.code()), status.message(),
          status.SerializeAsString()};
}

}  // namespace evenkeel
