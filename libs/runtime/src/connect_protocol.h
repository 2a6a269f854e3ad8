#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "rpc_dispatcher.h"

#include "evenkeel/runtime/http_listener.h"

// The Connect protocol for unary calls: what stands where in HTTP.
namespace evenkeel::connect {

enum class Codec : std::uint8_t { kJson, kProto };

/// A call as it stands in an HTTP request. The bytes of its message are the body's or the query's.
struct Request {
  IncomingCall call;
  Codec codec = Codec::kJson;
  std::string message;
};

/// Either the request, or the answer that it gets for what is wrong with it.
std::variant<Request, HttpResponse> ReadPost(const HttpRequest& http, std::string method);
std::variant<Request, HttpResponse> ReadGet(const HttpRequest& http, std::string method);

std::optional<RpcError> Decode(const Request& request, google::protobuf::Message& message);
HttpResponse Success(Codec codec, const google::protobuf::Message& message);
/// With the status of the code, Retry-After and WWW-Authenticate where they belong.
HttpResponse Failure(const RpcError& error);

/// "invalid_argument".
std::string_view CodeName(StatusCode code);
int HttpStatus(StatusCode code);

}  // namespace evenkeel::connect
