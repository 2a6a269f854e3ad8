#include "evenkeel/policy/condition_set.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "evenkeel/base/check.h"

namespace evenkeel {
namespace {

constexpr std::uint8_t kChanceScale = 9;
constexpr std::uint8_t kAttributeScale = 6;

std::string_view KindName(CustomerKind kind) {
  switch (kind) {
    case CustomerKind::kAccount:
      return "account";
    case CustomerKind::kPartner:
      return "partner";
    case CustomerKind::kPerson:
      break;
  }
  return "person";
}

bool IsNumberOp(ConditionOp op) { return op == ConditionOp::kAtLeast || op == ConditionOp::kBelow; }

bool IsTextOp(ConditionOp op) {
  return op == ConditionOp::kIn || op == ConditionOp::kNotIn || op == ConditionOp::kPrefix;
}

}  // namespace

ConditionSet::ConditionSet(const std::vector<Condition>& conditions, const FeatureSet& features) {
  for (const Condition& condition : conditions) {
    Compiled compiled{.source = condition};
    EVENKEEL_CHECK(Parse(condition.operand, features, compiled));
    compiled.threshold = Rescale(condition.number, ScaleOf(compiled, features)).value_or(0);
    conditions_.push_back(std::move(compiled));
  }
}

bool ConditionSet::Parse(std::string_view operand, const FeatureSet& features, Compiled& compiled) {
  constexpr std::array<std::pair<std::string_view, Operand>, 8> kFixed = {{
      {"churn.total", Operand::kChurnTotal},
      {"churn.voluntary", Operand::kChurnVoluntary},
      {"churn.involuntary", Operand::kChurnInvoluntary},
      {"profile.kind", Operand::kKind},
      {"profile.jurisdiction", Operand::kJurisdiction},
      {"profile.segment", Operand::kSegment},
      {"profile.language", Operand::kLanguage},
      {"profile.vulnerable", Operand::kVulnerable},
  }};
  constexpr std::string_view kFeaturePrefix = "feature.";
  constexpr std::string_view kAttributePrefix = "attribute.";
  if (operand.starts_with(kFeaturePrefix)) {
    const auto feature = features.Find(operand.substr(kFeaturePrefix.size()));
    if (!feature) return false;
    compiled.operand = Operand::kFeature;
    compiled.feature = static_cast<std::uint32_t>(*feature);
    compiled.is_symbol = features.definition(*feature).is_symbol;
    return true;
  }
  if (operand.starts_with(kAttributePrefix)) {
    compiled.operand = Operand::kAttribute;
    compiled.attribute = operand.substr(kAttributePrefix.size());
    return !compiled.attribute.empty();
  }
  const auto fixed = std::find_if(kFixed.begin(), kFixed.end(),
                                  [operand](const auto& entry) { return entry.first == operand; });
  if (fixed == kFixed.end()) return false;
  compiled.operand = fixed->second;
  return true;
}

std::uint8_t ConditionSet::ScaleOf(const Compiled& compiled, const FeatureSet& features) {
  switch (compiled.operand) {
    case Operand::kFeature:
      return features.definition(compiled.feature).scale;
    case Operand::kAttribute:
      return kAttributeScale;
    default:
      return kChanceScale;
  }
}

ConditionSet::Value ConditionSet::ChurnOf(Operand operand, const ChurnScore& churn) {
  if (operand == Operand::kChurnTotal) return {.is_present = true, .number = churn.churn_ppb};
  const ChurnCause cause =
      operand == Operand::kChurnVoluntary ? ChurnCause::kVoluntary : ChurnCause::kInvoluntary;
  for (const HazardScore& hazard : churn.hazards) {
    if (hazard.cause == cause) return {.is_present = true, .number = hazard.churn_ppb};
  }
  return {};
}

ConditionSet::Value ConditionSet::AttributeOf(const Compiled& compiled,
                                              const CustomerProfile& profile) {
  const FieldValue* value = profile.Attribute(compiled.attribute);
  if (value == nullptr) return {};
  if (const auto* text = std::get_if<std::string>(value)) {
    return {.is_present = true, .is_text = true, .text = *text};
  }
  if (const auto* flag = std::get_if<bool>(value)) {
    return {.is_present = true, .is_text = true, .text = *flag ? "true" : "false"};
  }
  std::optional<std::int64_t> number;
  if (const auto* whole = std::get_if<std::int64_t>(value)) {
    number = Rescale({.units = *whole, .scale = 0}, kAttributeScale);
  } else if (const auto* money = std::get_if<Money>(value)) {
    number = Rescale({.units = money->units, .scale = money->scale}, kAttributeScale);
  } else if (const auto* real = std::get_if<double>(value);
             real != nullptr && std::fabs(*real) < 9e12) {
    number = static_cast<std::int64_t>(std::round(*real * 1e6));
  }
  return number ? Value{.is_present = true, .number = *number} : Value{};
}

ConditionSet::Value ConditionSet::ValueOf(const Compiled& compiled,
                                          const ConditionSubject& subject) {
  const auto text_of = [](std::string_view text) {
    return Value{.is_present = !text.empty(), .is_text = true, .text = text};
  };
  switch (compiled.operand) {
    case Operand::kFeature: {
      const FeatureValue& value = subject.features[compiled.feature];
      return {!value.is_missing, compiled.is_symbol, value.number, value.symbol};
    }
    case Operand::kChurnTotal:
    case Operand::kChurnVoluntary:
    case Operand::kChurnInvoluntary:
      return ChurnOf(compiled.operand, subject.churn);
    case Operand::kKind:
      return text_of(KindName(subject.profile.kind()));
    case Operand::kJurisdiction:
      return text_of(subject.profile.jurisdiction());
    case Operand::kSegment:
      return text_of(subject.profile.segment());
    case Operand::kLanguage:
      return text_of(subject.profile.language());
    case Operand::kVulnerable: {
      const auto& vulnerable = subject.profile.is_vulnerable();
      return vulnerable ? text_of(*vulnerable ? "true" : "false") : Value{};
    }
    case Operand::kAttribute:
      return AttributeOf(compiled, subject.profile);
  }
  return {};
}

bool ConditionSet::Holds(const Compiled& compiled, const ConditionSubject& subject) {
  const Value value = ValueOf(compiled, subject);
  const Condition& condition = compiled.source;
  if (condition.op == ConditionOp::kAbsent) return !value.is_present;
  if (!value.is_present) return false;
  if (condition.op == ConditionOp::kPresent) return true;
  if (IsNumberOp(condition.op)) {
    if (value.is_text) return false;
    return (value.number >= compiled.threshold) == (condition.op == ConditionOp::kAtLeast);
  }
  if (!value.is_text) return false;
  const auto is_met = [&](const std::string& text) {
    return condition.op == ConditionOp::kPrefix ? value.text.starts_with(text) : value.text == text;
  };
  const bool is_any = std::any_of(condition.texts.begin(), condition.texts.end(), is_met);
  return is_any != (condition.op == ConditionOp::kNotIn);
}

std::string_view ConditionSet::FirstFailing(const ConditionSubject& subject) const {
  for (const Compiled& compiled : conditions_) {
    if (!Holds(compiled, subject)) return compiled.source.operand;
  }
  return {};
}

std::vector<DefinitionProblem> CheckConditions(const std::vector<Condition>& conditions,
                                               const FeatureSet& features) {
  std::vector<DefinitionProblem> problems;
  for (std::size_t i = 0; i < conditions.size(); ++i) {
    const Condition& condition = conditions[i];
    const std::string at = "[" + std::to_string(i) + "].";
    ConditionSet::Compiled compiled;
    if (!ConditionSet::Parse(condition.operand, features, compiled)) {
      problems.push_back({at + "operand", "'" + condition.operand +
                                              "' is unknown: feature.<name of this bundle>, "
                                              "churn.total, churn.voluntary, churn.involuntary, "
                                              "profile.kind, .jurisdiction, .segment, .language, "
                                              ".vulnerable or attribute.<name>"});
      continue;
    }
    using Operand = ConditionSet::Operand;
    const bool is_chance = compiled.operand == Operand::kChurnTotal ||
                           compiled.operand == Operand::kChurnVoluntary ||
                           compiled.operand == Operand::kChurnInvoluntary;
    const bool is_number =
        is_chance || (compiled.operand == Operand::kFeature && !compiled.is_symbol);
    const bool is_free = compiled.operand == Operand::kAttribute;
    if (IsTextOp(condition.op) && is_number) {
      problems.push_back({at + "op", "'" + condition.operand + "' is a number: compare numbers"});
    }
    if (IsNumberOp(condition.op) && !is_number && !is_free) {
      problems.push_back({at + "op", "'" + condition.operand + "' is a text: compare texts"});
    }
    if (IsTextOp(condition.op) && condition.texts.empty()) {
      problems.push_back({at + "texts", "nothing to compare with"});
    }
    if (IsNumberOp(condition.op) &&
        !Rescale(condition.number, ConditionSet::ScaleOf(compiled, features))) {
      problems.push_back({at + "number", "finer than '" + condition.operand + "', or too large"});
    }
  }
  return problems;
}

}  // namespace evenkeel
