#include "ingest/json_text.h"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace evenkeel {
namespace {

constexpr std::size_t kDepthMax = 40;

/// Takes everything, and keeps where the first error is.
class Validator final : public nlohmann::json_sax<nlohmann::json> {
 public:
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override { return Enter(); }
  bool key(string_t&) override { return true; }
  bool end_object() override { return Leave(); }
  bool start_array(std::size_t) override { return Enter(); }
  bool end_array() override { return Leave(); }
  bool parse_error(std::size_t position, const std::string& token,
                   const nlohmann::detail::exception&) override {
    at = position == 0 ? 0 : position - 1;
    is_cut = token.empty() || token.find("<end of input>") != std::string::npos;
    return false;
  }

  std::size_t at = 0;
  bool is_cut = false;
  bool is_too_deep = false;

 private:
  bool Enter() {
    is_too_deep = ++depth_ > kDepthMax;
    return !is_too_deep;
  }
  bool Leave() {
    --depth_;
    return true;
  }

  std::size_t depth_ = 0;
};

}  // namespace

std::optional<std::string> FindJsonProblem(std::string_view text) {
  Validator validator;
  if (nlohmann::json::sax_parse(text.begin(), text.end(), &validator)) return std::nullopt;
  if (validator.is_too_deep) return "brackets lie in each other more than 40 deep";
  const std::string_view before = text.substr(0, std::min(validator.at, text.size()));
  const auto line = 1 + std::ranges::count(before, '\n');
  const std::size_t newline = before.rfind('\n');
  const std::size_t column = before.size() - (newline == before.npos ? 0 : newline + 1) + 1;
  return "not JSON from line " + std::to_string(line) + ", column " + std::to_string(column) +
         " on";
}

std::string JsonItemsAsLines(std::string text) {
  std::size_t depth = 0;
  bool in_text = false;
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  const std::size_t base = begin != text.npos && text[begin] == '[' ? 1 : 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char& c = text[i];
    if (in_text) {
      if (c == '\\') ++i;
      if (c == '"') in_text = false;
      continue;
    }
    if (c == '\n' || c == '\r') c = ' ';
    if (c == '"') in_text = true;
    const bool is_open = c == '{' || c == '[';
    const bool is_close = c == '}' || c == ']';
    if (is_close) --depth;
    // What stands around the items becomes their line ends.
    const bool is_around = base == 1 && ((is_open && depth == 0) || (is_close && depth == 0) ||
                                         (c == ',' && depth == base));
    if (is_open) ++depth;
    if (is_around) c = '\n';
  }
  return text;
}

}  // namespace evenkeel
