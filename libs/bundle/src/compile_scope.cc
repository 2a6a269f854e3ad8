#include <algorithm>
#include <array>

#include "compile.h"
#include "contract.h"

namespace evenkeel::internal {
namespace {

constexpr std::array<std::string_view, 8> kOperands = {
    "churn.total",          "churn.voluntary", "churn.involuntary", "profile.kind",
    "profile.jurisdiction", "profile.segment", "profile.language",  "profile.vulnerable"};

constexpr std::string_view kFeature = "feature.";

/// True if an operand's value is a number.
bool IsNumeric(std::string_view operand, const FeatureDoc* feature) {
  if (feature != nullptr) return !feature->is_symbol;
  return operand.starts_with("churn.") || operand.starts_with("attribute.");
}

bool IsText(std::string_view operand, const FeatureDoc* feature) {
  if (feature != nullptr) return feature->is_symbol;
  return !operand.starts_with("churn.");
}

/// True if something is known of the subject of `item`; complains otherwise.
bool KnowsSubject(CompileScope& scope, const TestMap<KnownTest>::Item& item) {
  constexpr std::string_view kAttribute = "attribute.";
  if (item.subject.starts_with(kFeature)) {
    const std::string name = item.subject.substr(kFeature.size());
    return scope.Knows("feature", {name, item.place, item.path},
                       scope.docs.features.features.Names());
  }
  if (item.subject.starts_with(kAttribute) && item.subject.size() > kAttribute.size()) return true;
  if (std::ranges::find(kOperands, item.subject) != kOperands.end()) return true;
  std::vector<std::string> known(kOperands.begin(), kOperands.end());
  known.insert(known.end(), {"feature.<name>", "attribute.<name>"});
  scope.Error(item.place, item.path,
              "nothing is known of " + Quoted(item.subject) + SuggestFrom(item.subject, known));
  return false;
}

/// Complains where a number is asked for words, or a word for its size.
void CheckKind(CompileScope& scope, const TestMap<KnownTest>::Item& item,
               const FeatureDoc* feature) {
  const KnownTest& test = item.test;
  const bool asks_text = !test.in.empty() || !test.none_of.empty() || !test.prefixes.empty();
  const bool asks_number = test.at_least.has_value() || test.below.has_value();
  if (asks_text && !IsText(item.subject, feature)) {
    scope.Error(item.place, item.path,
                Quoted(item.subject) + " is a number; write at_least or below");
  }
  if (asks_number && !IsNumeric(item.subject, feature)) {
    scope.Error(item.place, item.path,
                Quoted(item.subject) + " is a text; write a text or a list of texts");
  }
}

/// Appends what one test asks, one condition each.
void AddConditions(CompileScope& scope, const TestMap<KnownTest>::Item& item,
                   const FeatureDoc* feature, std::vector<Condition>& conditions) {
  const KnownTest& test = item.test;
  const auto add_texts = [&](ConditionOp op, const std::vector<std::string>& texts) {
    if (!texts.empty()) conditions.push_back({item.subject, op, texts, {}});
  };
  const auto add_number = [&](ConditionOp op, const std::optional<Quantity>& number) {
    if (!number) return;
    conditions.push_back(
        {item.subject, op, {}, scope.Number(*number, feature, item.place, item.path)});
  };
  add_texts(ConditionOp::kIn, test.in);
  add_texts(ConditionOp::kNotIn, test.none_of);
  add_texts(ConditionOp::kPrefix, test.prefixes);
  add_number(ConditionOp::kAtLeast, test.at_least);
  add_number(ConditionOp::kBelow, test.below);
  if (!test.present) return;
  conditions.push_back(
      {item.subject, *test.present ? ConditionOp::kPresent : ConditionOp::kAbsent, {}, {}});
}

}  // namespace

bool CompileScope::Knows(std::string_view kind, const Placed<std::string>& name,
                         const std::vector<std::string>& known) {
  if (std::ranges::find(known, *name) != known.end()) return true;
  Error(name.place, name.path,
        "there is no " + std::string(kind) + " " + Quoted(*name) + SuggestFrom(*name, known));
  return false;
}

std::int64_t CompileScope::InRange(std::int64_t number, std::int64_t least, std::int64_t most,
                                   const Place& place, std::string_view path) {
  if (number >= least && number <= most) return number;
  Error(place, path,
        "'" + std::to_string(number) + "' is out of range; write " + std::to_string(least) +
            " to " + std::to_string(most));
  return least;
}

std::int64_t CompileScope::Millis(const Placed<Span>& span, std::chrono::milliseconds least,
                                  std::chrono::milliseconds most) {
  if (span->value >= least && span->value <= most) return span->value.count();
  if (!span.is_read) return least.count();
  Error(span.place, span.path,
        "'" + FormatSpan(span->value) + "' is out of range; write " + FormatSpan(least) + " to " +
            FormatSpan(most));
  return least.count();
}

std::int64_t CompileScope::Micros(const Placed<Money>& money) {
  if (!money.is_read) return 0;
  if (docs.bundle.currency.is_read && money->currency != *docs.bundle.currency) {
    Error(money.place, money.path,
          "the amount is in " + std::string(money->currency.view()) + ", the bundle in " +
              std::string(docs.bundle.currency->view()) + "; convert it");
  }
  const std::optional<std::int64_t> micros = Rescale({money->units, money->scale}, 6);
  if (!micros || *micros < 0 || *micros > 1'000'000'000'000'000) {
    Error(money.place, money.path, "the amount is out of range; write 0 to 1000000000");
    return 0;
  }
  return *micros;
}

Decimal CompileScope::Number(const Quantity& quantity, const FeatureDoc* feature,
                             const Place& place, std::string_view path) {
  const bool is_time = feature != nullptr && feature->IsDuration();
  if (quantity.is_duration && !is_time) {
    Error(place, path, "a duration fits only features of kind time_since; write a number");
  }
  if (is_time && !quantity.is_duration && quantity.number.units != 0) {
    Error(place, path, "features of kind time_since are durations; write a unit, such as 30d");
  }
  return quantity.number;
}

SignalMatch CompileScope::Match(const std::vector<Placed<std::string>>& on, const FieldTests& when,
                                const Place& place, std::string_view path) {
  SignalMatch match;
  if (on.empty()) {
    Error(place, std::string(path) + ".on",
          "the list is empty; name a type, such as billing.invoice");
  }
  std::vector<const SignalTypeInfo*> types;
  for (const Placed<std::string>& type : on) {
    match.types.push_back(*type);
    const std::vector<const SignalTypeInfo*> found = TypesOf(*type);
    if (found.empty() && !type->empty()) Knows("signal", type, SignalTypeNames());
    types.insert(types.end(), found.begin(), found.end());
  }
  for (const FieldTests::Item& item : when.items) {
    const ContractField field = FindField(types, item.subject);
    if (field.info == nullptr && !field.is_open && !types.empty()) {
      Knows("field", {item.subject, item.place, item.path}, FieldNames(types));
    }
    FieldMatch match_field{item.subject, {}, item.test.prefix};
    for (const Literal& literal : item.test.any_of) {
      match_field.any_of.push_back(ToFieldValue(literal, field.info, diagnostics));
    }
    match.fields.push_back(std::move(match_field));
  }
  return match;
}

std::vector<Condition> CompileScope::Conditions(const KnownTests& tests) {
  std::vector<Condition> conditions;
  for (const KnownTests::Item& item : tests.items) {
    if (!KnowsSubject(*this, item)) continue;
    const FeatureDoc* const feature =
        item.subject.starts_with(kFeature)
            ? docs.features.features.Find(std::string_view(item.subject).substr(kFeature.size()))
            : nullptr;
    CheckKind(*this, item, feature);
    AddConditions(*this, item, feature, conditions);
  }
  return conditions;
}

}  // namespace evenkeel::internal
