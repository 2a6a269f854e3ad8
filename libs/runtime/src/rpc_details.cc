#include "rpc_details.h"

#include <algorithm>

#include <google/rpc/error_details.pb.h>
#include <nlohmann/json.hpp>

namespace evenkeel {
namespace {

using Json = nlohmann::json;

// gRPC clients take 8 KiB of trailers; details stand there as base64, beside the message.
constexpr std::size_t kMessageMaxBytes = 1024;
constexpr std::size_t kDetailsMaxBytes = 3072;

/// At most `size` bytes of UTF-8, cut between two characters; what is not UTF-8 is replaced.
std::string Cut(const std::string& raw, std::size_t size) {
  std::string text = Json::parse(Json(raw).dump(-1, ' ', false, Json::error_handler_t::replace))
                         .get<std::string>();
  if (text.size() <= size) return text;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80U) --size;
  return text.substr(0, size) + "...";
}

google::rpc::ErrorInfo InfoOf(const RpcError& error) {
  google::rpc::ErrorInfo info;
  info.set_reason(error.reason.empty() ? std::string(StatusCodeName(error.code)) : error.reason);
  info.set_domain(std::string(kRpcErrorDomain));
  std::size_t left = kDetailsMaxBytes / 2;
  for (const auto& [name, value] : error.metadata) {
    if (name.size() + value.size() > left) break;
    left -= name.size() + value.size();
    (*info.mutable_metadata())[name] = Cut(value, value.size());
  }
  return info;
}

google::rpc::BadRequest BadRequestOf(const RpcError& error) {
  google::rpc::BadRequest bad;
  std::size_t left = kDetailsMaxBytes / 2;
  for (const FieldViolation& violation : error.violations) {
    const std::string description = Cut(violation.description, kMessageMaxBytes / 2);
    if (violation.field.size() + description.size() > left) break;
    left -= violation.field.size() + description.size();
    auto* added = bad.add_field_violations();
    added->set_field(Cut(violation.field, violation.field.size()));
    added->set_description(description);
  }
  return bad;
}

}  // namespace

google::rpc::Status ToRpcStatus(const RpcError& error) {
  google::rpc::Status status;
  status.set_code(static_cast<int>(error.code));
  status.set_message(Cut(error.message, kMessageMaxBytes));
  status.add_details()->PackFrom(InfoOf(error));
  if (!error.violations.empty()) status.add_details()->PackFrom(BadRequestOf(error));
  if (error.retry_delay) {
    google::rpc::RetryInfo retry;
    const auto delay = std::max(*error.retry_delay, std::chrono::milliseconds(0));
    retry.mutable_retry_delay()->set_seconds(delay.count() / 1000);
    retry.mutable_retry_delay()->set_nanos(static_cast<int>(delay.count() % 1000) * 1'000'000);
    status.add_details()->PackFrom(retry);
  }
  return status;
}

std::optional<RpcError> RpcError::FromDetails(StatusCode code, std::string message,
                                              const std::string& details) {
  google::rpc::Status status;
  if (!status.ParseFromString(details)) return std::nullopt;
  RpcError error{.code = code, .message = std::move(message)};
  bool is_ours = false;
  for (const auto& any : status.details()) {
    google::rpc::ErrorInfo info;
    google::rpc::BadRequest bad;
    google::rpc::RetryInfo retry;
    if (any.UnpackTo(&info) && info.domain() == kRpcErrorDomain) {
      is_ours = true;
      error.reason = info.reason();
      error.metadata = {info.metadata().begin(), info.metadata().end()};
    } else if (any.UnpackTo(&bad)) {
      for (const auto& violation : bad.field_violations()) {
        error.violations.push_back({violation.field(), violation.description()});
      }
    } else if (any.UnpackTo(&retry)) {
      const auto& delay = retry.retry_delay();
      error.retry_delay =
          std::chrono::milliseconds(delay.seconds() * 1000 + delay.nanos() / 1'000'000);
    }
  }
  if (!is_ours) return std::nullopt;
  return error;
}

RpcError MalformedProto(const google::protobuf::Message& message) {
  return {
      .code = StatusCode::kInvalidArgument,
      .message = "the request is not a protobuf message " + message.GetDescriptor()->full_name(),
      .reason = "MALFORMED_REQUEST"};
}

std::string RetryAfterSeconds(std::chrono::milliseconds delay) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(delay).count();
  return std::to_string(std::max<std::chrono::seconds::rep>(seconds, 1));
}

}  // namespace evenkeel
