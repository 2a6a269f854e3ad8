#include "unit_value.h"

#include <charconv>
#include <span>
#include <string>
#include <utility>

namespace evenkeel {
namespace {

using Unit = std::pair<std::string_view, std::int64_t>;

Result<std::int64_t> Parse(std::string_view text, std::span<const Unit> units,
                           std::string_view expected) {
  const auto wrong = [&] {
    return InvalidArgument("\"" + std::string(text) + "\" is not " + std::string(expected));
  };
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number < 0) return wrong();
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  for (const auto& [name, factor] : units) {
    if (unit != name) continue;
    std::int64_t product = 0;
    if (__builtin_mul_overflow(number, factor, &product)) return wrong();
    return product;
  }
  return wrong();
}

}  // namespace

Result<std::int64_t> ParseDurationMs(std::string_view text) {
  static constexpr Unit kUnits[] = {{"", 1},       {"ms", 1},        {"s", 1000},
                                    {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};
  return Parse(text, kUnits, "a duration such as 500ms, 10s, 5m, 2h or 1d");
}

Result<std::int64_t> ParseByteSize(std::string_view text) {
  static constexpr Unit kUnits[] = {
      {"", 1}, {"B", 1}, {"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}};
  return Parse(text, kUnits, "a size such as 512B, 64KiB, 32MiB or 1GiB");
}

}  // namespace evenkeel
