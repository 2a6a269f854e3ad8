#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

namespace simulator {

/// Writes the members of one flat JSON object. Names and values are ours: plain ASCII without
/// quotes or backslashes, so that nothing needs escaping.
class JsonFields {
 public:
  JsonFields& Text(std::string_view name, std::string_view value) {
    Name(name);
    text_ += '"';
    text_ += value;
    text_ += '"';
    return *this;
  }
  JsonFields& Integer(std::string_view name, std::int64_t value) {
    Name(name);
    text_ += std::to_string(value);
    return *this;
  }
  /// A number with a fixed count of decimals, rounded half away from zero.
  JsonFields& Decimal(std::string_view name, double value, int decimals) {
    double scale = 1;
    for (int i = 0; i < decimals; ++i) scale *= 10;
    const auto units = static_cast<std::int64_t>(value * scale + (value < 0 ? -0.5 : 0.5));
    const auto whole = static_cast<std::int64_t>(scale);
    const std::int64_t size = units < 0 ? -units : units;
    std::string fraction = std::to_string(size % whole + whole);
    fraction[0] = '.';
    Name(name);
    if (units < 0) text_ += '-';
    text_ += std::to_string(size / whole) + fraction;
    return *this;
  }
  JsonFields& Bool(std::string_view name, bool value) {
    Name(name);
    text_ += value ? "true" : "false";
    return *this;
  }
  JsonFields& Raw(std::string_view name, std::string_view json) {
    Name(name);
    text_ += json;
    return *this;
  }

  const std::string& text() const { return text_; }
  std::string Object() const { return "{" + text_ + "}"; }

 private:
  void Name(std::string_view name) {
    if (!text_.empty()) text_ += ',';
    text_ += '"';
    text_ += name;
    text_ += "\":";
  }

  std::string text_;
};

}  // namespace simulator
