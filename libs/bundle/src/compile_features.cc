#include "compile.h"
#include "contract.h"

namespace evenkeel::internal {
namespace {

constexpr std::chrono::milliseconds kHour = std::chrono::hours(1);

bool TakesNumber(FeatureKind kind) {
  return kind == FeatureKind::kSum || kind == FeatureKind::kDecayedSum ||
         kind == FeatureKind::kLast;
}

NumberField ToNumberField(CompileScope& scope, const NumberDoc& doc) {
  return {*doc.field, static_cast<std::uint8_t>(
                          scope.InRange(doc.scale, 0, 9, doc.place, doc.path + ".scale"))};
}

void CheckShape(CompileScope& scope, const FeatureDoc& doc) {
  const FeatureKind kind = *doc.kind;
  const auto error = [&](std::string_view key, std::string message) {
    scope.Error(doc.place, doc.path + std::string(key), std::move(message));
  };
  if (doc.value) CheckFeatureValue(doc, *doc.value, scope.diagnostics);
  if (doc.times) CheckFeatureValue(doc, *doc.times, scope.diagnostics);
  if (TakesNumber(kind) && !doc.value) error("", "the key 'value' is missing; name the field");
  if (!TakesNumber(kind) && (doc.value || doc.times)) {
    error("", "only sum, decayed_sum and last take 'value' and 'times'; remove them");
  }
  if (doc.is_symbol && (kind != FeatureKind::kLast || doc.times)) {
    error(".symbol", "only last of a single field can be a word; remove 'symbol'");
  }
  if (doc.window && kind != FeatureKind::kCount && kind != FeatureKind::kSum) {
    error(".window", "only count and sum have a window; remove it");
  }
  if (doc.half_life.has_value() != (kind == FeatureKind::kDecayedSum)) {
    error(".half_life", "decayed_sum, and nothing else, has a half-life; add or remove it");
  }
}

/// Fields of cases: each signal names its case, and some say when it is due.
void CheckCaseFields(CompileScope& scope, const FeatureDoc& doc) {
  std::vector<const SignalTypeInfo*> all;
  const auto of_signals = [&](const std::vector<Placed<std::string>>& on) {
    for (const Placed<std::string>& name : on) {
      const std::vector<const SignalTypeInfo*> types = TypesOf(*name);
      all.insert(all.end(), types.begin(), types.end());
      const ContractField field = FindField(types, **doc.id);
      if (types.empty() || field.info != nullptr || field.is_open) continue;
      scope.Error(
          doc.id->place, doc.id->path,
          *name + " has no field " + Quoted(**doc.id) + SuggestFrom(**doc.id, FieldNames(types)));
    }
  };
  of_signals(doc.on);
  of_signals(doc.closed_by->on);
  if (doc.updated_by) of_signals(doc.updated_by->on);
  if (!doc.due) return;
  const ContractField due = FindField(all, **doc.due);
  if (due.info == nullptr && !due.is_open) {
    scope.Knows("field", *doc.due, FieldNames(all));
  } else if (due.info != nullptr && due.info->kind != FieldKind::kTime) {
    scope.Error(doc.due->place, doc.due->path, "in the contract this is no time; name another");
  }
}

CaseDefinition ToCases(CompileScope& scope, const FeatureDoc& doc) {
  CaseDefinition cases;
  if (*doc.kind != FeatureKind::kOpenCases) {
    if (doc.id || doc.closed_by || doc.updated_by || doc.due || doc.read != CaseReading::kOpen) {
      scope.Error(doc.place, doc.path,
                  "only open_cases take 'id', 'closed_by', 'updated_by', 'due' and 'read'; remove "
                  "them");
    }
    return cases;
  }
  if (!doc.id || !doc.closed_by) {
    scope.Error(doc.place, doc.path, "open_cases need the keys 'id' and 'closed_by'; add them");
    return cases;
  }
  if (doc.read != CaseReading::kOpen && !doc.due) {
    scope.Error(doc.place, doc.path + ".read", "only cases with 'due' have deadlines; add it");
  }
  CheckCaseFields(scope, doc);
  cases.id = **doc.id;
  const CaseSignalsDoc& closed = *doc.closed_by;
  cases.closed_by = scope.Match(closed.on, closed.when, closed.place, closed.path);
  if (const auto& updated = doc.updated_by) {
    cases.updated_by = scope.Match(updated->on, updated->when, updated->place, updated->path);
  }
  if (doc.due) cases.due = **doc.due;
  cases.reading = doc.read;
  return cases;
}

std::int64_t WindowOf(CompileScope& scope, const Placed<Span>& window) {
  const std::int64_t millis = scope.Millis(window, kHour, 400 * kDay);
  const std::chrono::milliseconds step = millis < (3 * kDay).count() ? kHour : kDay;
  if (millis % step.count() != 0) {
    scope.Error(window.place, window.path,
                "'" + FormatSpan(window->value) +
                    "' is cut into whole hours below 3d and whole days from there on; round it");
  }
  return millis;
}

std::uint8_t ScaleOf(CompileScope& scope, const FeatureDoc& doc, const FeatureDefinition& feature) {
  const int least = feature.value.scale + feature.times.scale;
  const std::int64_t scale = doc.scale.value_or(least);
  return static_cast<std::uint8_t>(
      scope.InRange(scale, least > 9 ? 9 : least, 9, doc.place, doc.path + ".scale"));
}

}  // namespace

void CompileFeatures(CompileScope& scope) {
  for (const auto& entry : scope.docs.features.features.entries) {
    const FeatureDoc& doc = entry.value;
    if (!doc.kind.is_read) continue;
    CheckShape(scope, doc);
    FeatureDefinition feature;
    feature.name = entry.name;
    feature.kind = *doc.kind;
    feature.match = scope.Match(doc.on, doc.when, doc.place, doc.path);
    if (doc.value) feature.value = ToNumberField(scope, *doc.value);
    if (doc.times) feature.times = ToNumberField(scope, *doc.times);
    feature.is_symbol = doc.is_symbol;
    feature.scale = ScaleOf(scope, doc, feature);
    if (doc.currency) feature.currency = **doc.currency;
    if (doc.window) feature.window_ms = WindowOf(scope, *doc.window);
    if (doc.half_life) {
      feature.half_life_ms = scope.Millis(*doc.half_life, 8 * kHour, 400 * kDay);
    }
    feature.cases = ToCases(scope, doc);
    scope.core.features.push_back(std::move(feature));
  }
  const DuplicatesDoc& duplicates = scope.docs.bundle.duplicates;
  scope.core.duplicates.horizon_ms = duplicates.horizon.value.count();
  scope.core.duplicates.ids_max = static_cast<std::int32_t>(
      scope.InRange(duplicates.ids_max, 0, 4096, duplicates.place, duplicates.path + ".ids_max"));
  constexpr std::int64_t kPpbOfPpm = 1000;
  if (scope.docs.bundle.scores) {
    scope.core.score_step_ppb = scope.docs.bundle.scores->step.ppm * kPpbOfPpm;
  }
}

}  // namespace evenkeel::internal
