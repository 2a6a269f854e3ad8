#pragma once

#include <string>

#include "rpc_dispatcher.h"
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>

namespace evenkeel {

/// What gRPC knows of a call, as the dispatcher takes it.
IncomingCall ToIncomingCall(const std::string& method, const grpc::CallbackServerContext& context);

/// Fills `message` from bytes as they came. An error names the type.
std::optional<RpcError> ParseRequest(const grpc::ByteBuffer& bytes,
                                     google::protobuf::Message& message);

grpc::ByteBuffer ToBytes(const google::protobuf::Message& message);

/// With details in grpc-status-details-bin.
grpc::Status ToGrpcStatus(const RpcError& error);

}  // namespace evenkeel
