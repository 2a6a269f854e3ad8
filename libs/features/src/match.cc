#include "evenkeel/features/match.h"

#include <algorithm>
#include <optional>
#include <string_view>

namespace evenkeel {
namespace {

bool IsEqual(const FieldValue& a, const FieldValue& b) {
  const auto* whole_a = std::get_if<std::int64_t>(&a);
  const auto* whole_b = std::get_if<std::int64_t>(&b);
  const auto* real_a = std::get_if<double>(&a);
  const auto* real_b = std::get_if<double>(&b);
  if (whole_a != nullptr && real_b != nullptr) return static_cast<double>(*whole_a) == *real_b;
  if (real_a != nullptr && whole_b != nullptr) return *real_a == static_cast<double>(*whole_b);
  return a == b;
}

bool Matches(const FieldMatch& match, const Signal& signal) {
  const FieldValue* value = signal.Find(match.field);
  if (value == nullptr) return false;
  const bool is_listed =
      std::any_of(match.any_of.begin(), match.any_of.end(),
                  [&](const FieldValue& wanted) { return IsEqual(*value, wanted); });
  if (is_listed || match.prefix.empty()) return is_listed;
  const auto* text = std::get_if<std::string>(value);
  return text != nullptr && text->starts_with(match.prefix);
}

bool IsOfType(std::string_view pattern, std::string_view type) {
  if (!pattern.ends_with('*')) return pattern == type;
  return type.starts_with(pattern.substr(0, pattern.size() - 1));
}

}  // namespace

bool MatchesType(const SignalMatch& match, std::string_view type) {
  return std::any_of(match.types.begin(), match.types.end(),
                     [&](const std::string& pattern) { return IsOfType(pattern, type); });
}

bool MatchesFields(const SignalMatch& match, const Signal& signal) {
  return std::all_of(match.fields.begin(), match.fields.end(),
                     [&](const FieldMatch& field) { return Matches(field, signal); });
}

bool Matches(const SignalMatch& match, const Signal& signal) {
  return MatchesType(match, signal.type) && MatchesFields(match, signal);
}

}  // namespace evenkeel
