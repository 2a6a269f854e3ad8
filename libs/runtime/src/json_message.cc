#include "json_message.h"

#include <utility>

#include <google/protobuf/util/json_util.h>

#include "evenkeel/runtime/json_syntax.h"

namespace evenkeel {
namespace {

RpcError NotJson(bool is_empty, const JsonFault& fault) {
  return {
      .code = StatusCode::kInvalidArgument,
      .message = is_empty ? "the request is empty; the smallest one is {}"
                          : "the request is " + fault.Text(),
      .reason = "MALFORMED_REQUEST",
      .metadata = {{"line", std::to_string(fault.line)}, {"column", std::to_string(fault.column)}}};
}

/// Protobuf says "(path.of.message) name: Cannot find field." or "(path.of.field): what".
RpcError WrongField(std::string_view said) {
  std::string path;
  if (said.starts_with('(')) {
    const std::size_t end = said.find(')');
    path = said.substr(1, end == std::string_view::npos ? end : end - 1);
    said.remove_prefix(end == std::string_view::npos ? said.size() : end + 1);
  }
  const std::size_t colon = said.find(": ");
  std::string name(said.substr(0, colon == std::string_view::npos ? 0 : colon));
  name.erase(0, name.find_first_not_of(' '));
  std::string what(said.substr(colon == std::string_view::npos ? 0 : colon + 2));
  if (!name.empty()) path += (path.empty() ? "" : ".") + name;
  if (what == "Cannot find field.") what = "there is no such field";
  if (path.empty()) {
    return {.code = StatusCode::kInvalidArgument, .message = what, .reason = "MALFORMED_REQUEST"};
  }
  RpcError error = RpcError::BadField(path, what);
  error.reason = "MALFORMED_REQUEST";
  return error;
}

}  // namespace

std::optional<RpcError> ParseJson(std::string_view text, google::protobuf::Message& message) {
  if (const auto fault = FindJsonFault(text)) return NotJson(text.empty(), *fault);
  const auto parsed = google::protobuf::util::JsonStringToMessage(
      google::protobuf::StringPiece(text.data(), text.size()), &message);
  if (parsed.ok()) return std::nullopt;
  const auto said = parsed.message();
  return WrongField({said.data(), said.size()});
}

std::string ToJson(const google::protobuf::Message& message) {
  std::string text;
  const auto written = google::protobuf::util::MessageToJsonString(message, &text);
  EVENKEEL_CHECK(written.ok());
  return text;
}

}  // namespace evenkeel
