#include "connect_protocol.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <utility>

#include "json_message.h"
#include "rpc_details.h"
#include "url_text.h"
#include <google/rpc/error_details.pb.h>
#include <nlohmann/json.hpp>

namespace evenkeel::connect {
namespace {

using Json = nlohmann::ordered_json;

struct CodeRow {
  std::string_view name;
  int http_status;
};

/// By number of google.rpc.Code. OK is no error and stands here for the order only.
constexpr std::array<CodeRow, 17> kCodes = {{{"ok", 200},
                                             {"canceled", 499},
                                             {"unknown", 500},
                                             {"invalid_argument", 400},
                                             {"deadline_exceeded", 504},
                                             {"not_found", 404},
                                             {"already_exists", 409},
                                             {"permission_denied", 403},
                                             {"resource_exhausted", 429},
                                             {"failed_precondition", 400},
                                             {"aborted", 409},
                                             {"out_of_range", 400},
                                             {"unimplemented", 501},
                                             {"internal", 500},
                                             {"unavailable", 503},
                                             {"data_loss", 500},
                                             {"unauthenticated", 401}}};

constexpr std::size_t kTimeoutDigitsMax = 10;

/// Of the protocol and the transport; not for handlers.
bool IsTransport(std::string_view name) {
  static constexpr std::array<std::string_view, 9> kNames = {
      "authorization", "connection", "content-encoding", "content-length", "content-type", "host",
      "keep-alive",    "te",         "transfer-encoding"};
  return name.starts_with("connect-") ||
         std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

HttpResponse BadCall(std::string message) {
  return Failure({.code = StatusCode::kInvalidArgument,
                  .message = std::move(message),
                  .reason = "MALFORMED_REQUEST"});
}

HttpResponse UnknownCodec(const std::string& what, std::string_view remedy) {
  HttpResponse response =
      HttpError(415, "unimplemented", what + " is not supported; use " + std::string(remedy));
  response.headers.emplace_back("Accept-Post", "application/json, application/proto");
  return response;
}

HttpResponse UnknownCompression(const std::string& name) {
  return Failure(
      {.code = StatusCode::kUnimplemented,
       .message = "compression=" + name + " in the query is not supported; supported: identity",
       .reason = "UNKNOWN_COMPRESSION"});
}

std::optional<Codec> CodecOf(std::string_view name) {
  if (name == "json") return Codec::kJson;
  if (name == "proto") return Codec::kProto;
  return std::nullopt;
}

/// "application/json; charset=utf-8" is JSON too; other character sets are not.
std::optional<Codec> CodecOfContentType(const std::string& content_type) {
  std::string plain;
  for (const char c : content_type) {
    if (c != ' ' && c != '\t' && c != '"') {
      plain += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
  }
  const std::size_t semicolon = std::min(plain.find(';'), plain.size());
  const std::string_view rest = std::string_view(plain).substr(semicolon);
  const std::string_view type = std::string_view(plain).substr(0, semicolon);
  if (type == "application/proto" && rest.empty()) return Codec::kProto;
  const bool is_utf8 = rest.empty() || rest == ";charset=utf-8" || rest == ";charset=utf8";
  return type == "application/json" && is_utf8 ? std::optional(Codec::kJson) : std::nullopt;
}

/// What POST and GET have in common. An error is the message for it.
std::optional<std::string> ReadHeaders(const HttpRequest& http, IncomingCall& call) {
  const std::string_view timeout = http.Header("connect-timeout-ms");
  if (!timeout.empty()) {
    std::int64_t ms = 0;
    const auto [end, error] = std::from_chars(timeout.data(), timeout.data() + timeout.size(), ms);
    if (error != std::errc() || end != timeout.data() + timeout.size() || ms < 0 ||
        timeout.size() > kTimeoutDigitsMax) {
      return "connect-timeout-ms \"" + std::string(timeout) +
             "\" is not a number of milliseconds of at most 10 digits";
    }
    call.timeout = std::chrono::milliseconds(ms);
  }
  call.authorization = http.Header("authorization");
  for (const auto& [name, value] : http.headers) {
    if (!IsTransport(name)) call.metadata.emplace(name, value);
  }
  return std::nullopt;
}

}  // namespace

std::string_view CodeName(StatusCode code) {
  return kCodes.at(static_cast<std::size_t>(code)).name;
}
int HttpStatus(StatusCode code) { return kCodes.at(static_cast<std::size_t>(code)).http_status; }

std::variant<Request, HttpResponse> ReadPost(const HttpRequest& http, std::string method) {
  Request request{.call = {.method = std::move(method)}, .message = http.body};
  const std::optional<Codec> codec = CodecOfContentType(http.content_type);
  if (!codec) {
    return UnknownCodec("content-type \"" + http.content_type + "\"",
                        "application/json or application/proto");
  }
  request.codec = *codec;
  const std::string_view version = http.Header("connect-protocol-version");
  if (!version.empty() && version != "1") {
    return BadCall("connect-protocol-version \"" + std::string(version) + "\" is not 1");
  }
  if (auto wrong = ReadHeaders(http, request.call)) return BadCall(std::move(*wrong));
  return request;
}

std::variant<Request, HttpResponse> ReadGet(const HttpRequest& http, std::string method) {
  Request request{.call = {.method = std::move(method)}};
  const auto query = ParseQuery(http.query);
  if (!query) return BadCall("the query is not percent-encoded as it should be");
  const auto of = [&](const char* name) {
    const auto found = query->find(name);
    return found == query->end() ? std::string() : found->second;
  };
  if (const std::string version = of("connect"); !version.empty() && version != "v1") {
    return BadCall("connect=" + version + " in the query is not v1");
  }
  const std::optional<Codec> codec = CodecOf(of("encoding"));
  if (!codec) {
    return UnknownCodec("encoding=" + of("encoding") + " in the query",
                        "encoding=json or encoding=proto");
  }
  request.codec = *codec;
  if (const std::string name = of("compression"); !name.empty() && name != "identity") {
    return UnknownCompression(name);
  }
  if (!query->contains("message")) return BadCall("the query has no message=");
  request.message = of("message");
  if (of("base64") == "1") {
    auto bytes = DecodeBase64(request.message);
    if (!bytes) return BadCall("message= in the query is not base64, as base64=1 says");
    request.message = std::move(*bytes);
  }
  if (auto wrong = ReadHeaders(http, request.call)) return BadCall(std::move(*wrong));
  return request;
}

std::optional<RpcError> Decode(const Request& request, google::protobuf::Message& message) {
  if (request.codec == Codec::kJson) return ParseJson(request.message, message);
  if (message.ParseFromString(request.message)) return std::nullopt;
  return MalformedProto(message);
}

HttpResponse Success(Codec codec, const google::protobuf::Message& message) {
  if (codec == Codec::kJson) {
    return {.content_type = "application/json", .body = ToJson(message)};
  }
  return {.content_type = "application/proto", .body = message.SerializeAsString()};
}

HttpResponse Failure(const RpcError& error) {
  const google::rpc::Status status = ToRpcStatus(error);
  Json body = {{"code", CodeName(error.code)}};
  if (!status.message().empty()) body["message"] = status.message();
  for (const auto& any : status.details()) {
    const std::string type = any.type_url().substr(any.type_url().rfind('/') + 1);
    const Json shown = Json::parse(ToJson(any));
    Json debug = Json::object();
    for (const auto& [name, value] : shown.items()) {
      if (name != "@type") debug[name] = value;
    }
    body["details"].push_back(
        {{"type", type}, {"value", EncodeBase64(any.value())}, {"debug", debug}});
  }
  HttpResponse response{
      .status = HttpStatus(error.code), .content_type = "application/json", .body = body.dump()};
  if (error.retry_delay) {
    response.headers.emplace_back("Retry-After", RetryAfterSeconds(*error.retry_delay));
  }
  if (error.code == StatusCode::kUnauthenticated) {
    response.headers.emplace_back("WWW-Authenticate", "Bearer");
  }
  return response;
}

}  // namespace evenkeel::connect
