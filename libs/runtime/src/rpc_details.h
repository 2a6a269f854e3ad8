#pragma once

#include <string>

#include <google/rpc/status.pb.h>

#include "evenkeel/runtime/rpc.h"

namespace evenkeel {

/// The error as google.rpc.Status: ErrorInfo always, then BadRequest and RetryInfo if there is
/// something to say. Small enough for the trailers of gRPC: what is longer is cut.
google::rpc::Status ToRpcStatus(const RpcError& error);

/// Bytes that are no protobuf message of `message`'s type.
RpcError MalformedProto(const google::protobuf::Message& message);

/// For HTTP's Retry-After: whole seconds, at least 1.
std::string RetryAfterSeconds(std::chrono::milliseconds delay);

}  // namespace evenkeel
