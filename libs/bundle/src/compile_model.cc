#include <algorithm>
#include <optional>

#include "compile.h"

namespace evenkeel::internal {
namespace {

std::vector<CardBin> ToBins(CompileScope& scope, const TermDoc& doc, const FeatureDoc* feature) {
  std::vector<CardBin> bins;
  for (const BinDoc& bin : doc.bins) {
    bins.push_back({scope.Number(bin.from, feature, bin.place, bin.path), bin.weight.micro});
  }
  return bins;
}

/// True if a <= b; numbers past what 18 places can hold count as unordered.
bool InOrder(Decimal a, Decimal b) {
  const std::uint8_t scale = std::max(a.scale, b.scale);
  const std::optional<std::int64_t> left = Rescale(a, scale);
  const std::optional<std::int64_t> right = Rescale(b, scale);
  return left && right && *left <= *right;
}

void CheckTerm(CompileScope& scope, const TermDoc& doc, const FeatureDoc* feature,
               const CardTerm& term) {
  const auto error = [&](std::string message) {
    scope.Error(doc.place, doc.path, std::move(message));
  };
  const bool is_symbol = feature != nullptr && feature->is_symbol;
  if (feature != nullptr && is_symbol != (doc.shape == TermShape::kSymbols)) {
    error("the feature " + Quoted(*doc.feature) +
          (is_symbol ? " is a word; write" : " is no word; do not write") + " 'shape: symbols'");
  }
  if ((doc.shape == TermShape::kBins) == doc.bins.empty()) {
    error("'bins' belong to 'shape: bins'; add or remove them");
  }
  if ((doc.shape == TermShape::kSymbols) == doc.symbols.weights.empty()) {
    error("'symbols' belong to 'shape: symbols'; add or remove them");
  }
  for (std::size_t i = 1; i < term.bins.size(); ++i) {
    if (InOrder(term.bins[i].from, term.bins[i - 1].from)) {
      scope.Error(doc.bins[i].place, doc.bins[i].path + ".from", "bins must rise; sort them");
    }
  }
  if (doc.per.number.units <= 0) error("'per' must be above 0");
  if (doc.min && doc.max && !InOrder(term.min, term.max)) error("'min' is above 'max'; swap them");
}

CardTerm ToTerm(CompileScope& scope, const TermDoc& doc) {
  const Named<FeatureDoc>& features = scope.docs.features.features;
  scope.Knows("feature", doc.feature, features.Names());
  const FeatureDoc* const feature = features.Find(*doc.feature);
  const auto number = [&](const Quantity& quantity, std::string_view key) {
    return scope.Number(quantity, feature, doc.place, doc.path + std::string(key));
  };
  CardTerm term;
  term.feature = *doc.feature;
  term.shape = doc.shape;
  term.weight_micro = doc.weight.micro;
  if (doc.shape == TermShape::kLinear || doc.shape == TermShape::kLog1p) {
    term.centre = number(doc.centre, ".centre");
    term.per = number(doc.per, ".per");
  }
  term.has_min = doc.min.has_value();
  term.has_max = doc.max.has_value();
  if (doc.min) term.min = number(*doc.min, ".min");
  if (doc.max) term.max = number(*doc.max, ".max");
  term.bins = ToBins(scope, doc, feature);
  for (const auto& [symbol, weight] : doc.symbols.weights) {
    term.symbols.push_back({symbol, weight.micro});
  }
  term.otherwise_micro = doc.otherwise.micro;
  term.missing_micro = doc.missing.micro;
  CheckTerm(scope, doc, feature, term);
  return term;
}

void AddHazard(CompileScope& scope, ChurnCause cause, const std::optional<HazardDoc>& doc) {
  if (!doc) return;
  HazardCard hazard{cause, doc->link, doc->intercept.micro, {}};
  for (const TermDoc& term : doc->terms) hazard.terms.push_back(ToTerm(scope, term));
  scope.core.scorecard.hazards.push_back(std::move(hazard));
}

GoldenInput ToInput(CompileScope& scope, const GoldenInputs::Item& item) {
  const Named<FeatureDoc>& features = scope.docs.features.features;
  GoldenInput input{item.feature, {}, {}};
  if (!scope.Knows("feature", {item.feature, item.place, item.path}, features.Names()))
    return input;
  const FeatureDoc* const feature = features.Find(item.feature);
  if (feature->is_symbol) {
    input.symbol = item.value.text;
    return input;
  }
  if (const auto span = ParseSpan(item.value.text); span.ok()) {
    input.number = scope.Number({{span->count(), 0}, true}, feature, item.place, item.path);
  } else if (const auto number = ParseDecimal(item.value.text); number.ok()) {
    input.number = scope.Number({*number, false}, feature, item.place, item.path);
  } else {
    scope.Error(item.place, item.path,
                Quoted(item.value.text) + " is not a number; write digits, such as 3");
  }
  return input;
}

}  // namespace

void CompileModel(CompileScope& scope) {
  const ModelDoc& doc = scope.docs.model;
  Scorecard& card = scope.core.scorecard;
  card.name = doc.name->value;
  card.version = doc.version;
  card.period_ms = scope.Millis(doc.period, kDay, 400 * kDay);
  card.horizon_periods = static_cast<std::int32_t>(
      scope.InRange(doc.horizon_periods, 1, 60, doc.place, "horizon_periods"));
  AddHazard(scope, ChurnCause::kVoluntary, doc.hazards.voluntary);
  AddHazard(scope, ChurnCause::kInvoluntary, doc.hazards.involuntary);
  if (card.hazards.empty()) {
    scope.Error(doc.place, "hazards", "there is no hazard; add 'voluntary' or 'involuntary'");
  }
  for (const GoldenDoc& golden : doc.golden) {
    GoldenRow row{golden.name, {}, golden.churn.ppb, golden.tolerance.ppb};
    for (const GoldenInputs::Item& item : golden.inputs.items) {
      row.inputs.push_back(ToInput(scope, item));
    }
    card.golden.push_back(std::move(row));
  }
  if (card.golden.empty()) {
    scope.Error(doc.place, "golden", "the list is empty; add an example with its answer");
  }
}

}  // namespace evenkeel::internal
