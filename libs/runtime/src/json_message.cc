#include "json_message.h"

#include <utility>

#include <google/protobuf/descriptor.h>
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

/// What to use instead, where protobuf says "invalid value VALUE for type URL/of.an.Enum".
std::optional<std::string> NoValueOfEnum(std::string_view said,
                                         const google::protobuf::DescriptorPool& types) {
  constexpr std::string_view kBegin = "invalid value ";
  constexpr std::string_view kType = " for type ";
  const std::size_t end = said.rfind(kType);  // The value may say anything.
  if (!said.starts_with(kBegin) || end == std::string_view::npos || end < kBegin.size()) return {};
  const std::string_view url = said.substr(end + kType.size());
  const auto* type = types.FindEnumTypeByName(std::string(url.substr(url.rfind('/') + 1)));
  if (type == nullptr) return {};
  std::string text(said.substr(kBegin.size(), end - kBegin.size()));
  text += " is none of " + type->name() + "; use";
  for (int i = 0; i < type->value_count(); ++i) {
    if (type->value(i)->number() == 0) continue;  // As if the field were absent.
    text += (text.ends_with("; use") ? " " : ", ") + type->value(i)->name();
  }
  return text;
}

/// Protobuf says "(path.of.message) name: Cannot find field." or "(path.of.field): what".
RpcError WrongField(std::string_view said, const google::protobuf::DescriptorPool& types) {
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
  if (auto better = NoValueOfEnum(what, types)) what = *std::move(better);
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
  return WrongField({said.data(), said.size()}, *message.GetDescriptor()->file()->pool());
}

std::string ToJson(const google::protobuf::Message& message) {
  std::string text;
  const auto written = google::protobuf::util::MessageToJsonString(message, &text);
  EVENKEEL_CHECK(written.ok());
  return text;
}

}  // namespace evenkeel
