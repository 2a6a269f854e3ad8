#include "evenkeel/runtime/json_syntax.h"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace evenkeel {
namespace {

/// Takes everything, and keeps where the first error is.
class Validator final : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit Validator(std::size_t depth_max) : depth_max_(depth_max) {}

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
  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception&) override {
    at = position == 0 ? 0 : position - 1;
    return false;
  }

  std::size_t at = 0;
  bool is_too_deep = false;

 private:
  bool Enter() {
    is_too_deep = ++depth_ > depth_max_;
    return !is_too_deep;
  }
  bool Leave() {
    --depth_;
    return true;
  }

  const std::size_t depth_max_;
  std::size_t depth_ = 0;
};

}  // namespace

std::string JsonFault::Text() const {
  return "not JSON from line " + std::to_string(line) + ", column " + std::to_string(column) +
         " on";
}

std::optional<JsonFault> FindJsonFault(std::string_view text, std::size_t depth_max) {
  Validator validator(depth_max);
  if (nlohmann::json::sax_parse(text.begin(), text.end(), &validator)) return std::nullopt;
  if (validator.is_too_deep) return JsonFault{.is_too_deep = true};
  const std::string_view before = text.substr(0, std::min(validator.at, text.size()));
  const std::size_t newline = before.rfind('\n');
  return JsonFault{.line = 1 + static_cast<std::size_t>(std::ranges::count(before, '\n')),
                   .column = before.size() - (newline == before.npos ? 0 : newline + 1) + 1};
}

}  // namespace evenkeel
