#include "json_message.h"

#include <algorithm>
#include <utility>

#include <google/protobuf/util/json_util.h>
#include <nlohmann/json.hpp>

namespace evenkeel {
namespace {

/// Where a text stops being JSON.
class SyntaxCheck final : public nlohmann::json_sax<nlohmann::json> {
 public:
  std::size_t position() const { return position_; }  ///< 1-based.

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override { return true; }
  bool key(string_t&) override { return true; }
  bool end_object() override { return true; }
  bool start_array(std::size_t) override { return true; }
  bool end_array() override { return true; }
  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception&) override {
    position_ = position;
    return false;
  }

 private:
  std::size_t position_ = 0;
};

RpcError NotJson(std::string_view text, std::size_t position) {
  const std::string_view before = text.substr(0, position == 0 ? 0 : position - 1);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const std::size_t newline = before.rfind('\n');
  const std::size_t column =
      before.size() - (newline == std::string_view::npos ? 0 : newline + 1) + 1;
  return {.code = StatusCode::kInvalidArgument,
          .message = text.empty() ? "the request is empty; the smallest one is {}"
                                  : "the request is not JSON from line " + std::to_string(line) +
                                        ", column " + std::to_string(column) + " on",
          .reason = "MALFORMED_REQUEST",
          .metadata = {{"line", std::to_string(line)}, {"column", std::to_string(column)}}};
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
  SyntaxCheck syntax;
  if (!nlohmann::json::sax_parse(text, &syntax)) return NotJson(text, syntax.position());
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
