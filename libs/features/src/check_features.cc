#include <algorithm>
#include <map>
#include <string>

#include "evenkeel/features/feature_set.h"

namespace evenkeel {
namespace {

constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::int64_t kDayMs = 24 * kHourMs;
constexpr std::int64_t kSpanMsMax = 400 * kDayMs;
constexpr std::uint8_t kScaleMax = 9;

class Checker {
 public:
  Checker(std::size_t index, const FeatureDefinition& definition, std::vector<FeatureProblem>& out)
      : index_(index), definition_(definition), out_(out) {}

  void Run() {
    CheckName();
    CheckMatch();
    CheckValue();
    CheckTimes();
    CheckCases();
  }

 private:
  void Say(const char* field, std::string problem) {
    out_.push_back({index_, field, std::move(problem)});
  }

  void CheckName() {
    const std::string& name = definition_.name;
    const auto is_fine = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
    };
    const bool starts_well = !name.empty() && name[0] >= 'a' && name[0] <= 'z';
    if (!starts_well || name.size() > 64 || !std::all_of(name.begin(), name.end(), is_fine)) {
      Say("name", "'" + name + "' is no name: use a-z first, then a-z, 0-9, _ and ., at most 64");
    }
  }

  void CheckMatch() {
    if (definition_.match.types.empty()) {
      Say("match.types", "no signal type: name at least one, such as billing.invoice");
    }
    for (const FieldMatch& field : definition_.match.fields) {
      if (field.field.empty() || (field.any_of.empty() && field.prefix.empty())) {
        Say("match.fields", "field '" + field.field + "' has nothing to compare with");
      }
    }
  }

  bool TakesValue() const {
    return definition_.kind == FeatureKind::kSum || definition_.kind == FeatureKind::kDecayedSum ||
           definition_.kind == FeatureKind::kLast;
  }

  void CheckValue() {
    if (TakesValue() != !definition_.value.field.empty()) {
      Say("value", TakesValue() ? "no field to take: sum, decayed_sum and last need one"
                                : "count and time_since take no field: remove it");
    }
    if (definition_.is_symbol &&
        (definition_.kind != FeatureKind::kLast || !definition_.times.field.empty())) {
      Say("is_symbol", "only last keeps a symbol, and a symbol has no product");
    }
    if (!definition_.times.field.empty() && definition_.value.field.empty()) {
      Say("times", "a product needs a field to multiply: name value too");
    }
    const int needed = definition_.value.scale + definition_.times.scale;
    if (definition_.scale > kScaleMax || definition_.value.scale > kScaleMax ||
        definition_.times.scale > kScaleMax || definition_.scale < needed) {
      Say("scale", std::to_string(definition_.scale) + " is out of range: at least " +
                       std::to_string(needed) + " (what is taken has so many decimals), at most 9");
    }
  }

  void CheckTimes() {
    const std::int64_t window = definition_.window_ms;
    const bool may_window =
        definition_.kind == FeatureKind::kCount || definition_.kind == FeatureKind::kSum;
    if (window != 0 && !may_window) Say("window_ms", "only count and sum have a window: remove it");
    if (window < 0 || window > kSpanMsMax ||
        window % (window < 3 * kDayMs ? kHourMs : kDayMs) != 0) {
      Say("window_ms", std::to_string(window) +
                           " ms is no window: whole hours below 3 days, then whole days up to 400");
    }
    const std::int64_t half_life = definition_.half_life_ms;
    const bool decays = definition_.kind == FeatureKind::kDecayedSum;
    if (!decays && half_life != 0) Say("half_life_ms", "only decayed_sum decays: remove it");
    if (decays && (half_life < 8 * kHourMs || half_life > kSpanMsMax)) {
      Say("half_life_ms", std::to_string(half_life) + " ms is no half-life: 8 hours to 400 days");
    }
  }

  void CheckCases() {
    const CaseDefinition& cases = definition_.cases;
    if (definition_.kind != FeatureKind::kOpenCases) {
      if (cases != CaseDefinition{}) Say("cases", "only open_cases have a life: remove it");
      return;
    }
    if (cases.id.empty()) Say("cases.id", "no field that names a case: such as ticket_id");
    if (cases.closed_by.types.empty()) {
      Say("cases.closed_by", "nothing closes a case: name a type, such as support.ticket_resolved");
    }
    if (cases.reading != CaseReading::kOpen && cases.due.empty()) {
      Say("cases.due", "no field with the deadline: such as sla_due_time_ms");
    }
  }

  std::size_t index_;
  const FeatureDefinition& definition_;
  std::vector<FeatureProblem>& out_;
};

}  // namespace

std::vector<FeatureProblem> CheckFeatures(std::span<const FeatureDefinition> definitions) {
  std::vector<FeatureProblem> problems;
  std::map<std::string, std::size_t> names;
  std::map<std::uint64_t, std::size_t> keys;
  for (std::size_t i = 0; i < definitions.size(); ++i) {
    Checker(i, definitions[i], problems).Run();
    if (!names.emplace(definitions[i].name, i).second) {
      problems.push_back({i, "name", "'" + definitions[i].name + "' is taken: names are unique"});
    }
    const auto [known, is_new] = keys.emplace(SlotKeyOf(definitions[i]), i);
    if (!is_new) {
      problems.push_back({i, "match",
                          "the same as '" + definitions[known->second].name +
                              "': use that one, or tell them apart"});
    }
  }
  return problems;
}

}  // namespace evenkeel
