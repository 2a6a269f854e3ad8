#include <algorithm>
#include <string>

#include "evenkeel/scoring/churn_model.h"

namespace evenkeel {
namespace {

class Checker {
 public:
  Checker(const Scorecard& card, const FeatureSet& features) : card_(card), features_(features) {}

  std::vector<DefinitionProblem> Run() {
    if (card_.name.empty()) Say("name", "no name: a card needs one");
    if (card_.period_ms < 3'600'000) {
      Say("period_ms", std::to_string(card_.period_ms) + " ms is too short: at least one hour");
    }
    if (card_.horizon_periods < 1 || card_.horizon_periods > 60) {
      Say("horizon_periods", std::to_string(card_.horizon_periods) + " is out of range: 1 to 60");
    }
    CheckCauses();
    for (std::size_t i = 0; i < card_.hazards.size(); ++i) {
      for (std::size_t j = 0; j < card_.hazards[i].terms.size(); ++j) {
        CheckTerm(card_.hazards[i].terms[j],
                  "hazards[" + std::to_string(i) + "].terms[" + std::to_string(j) + "].");
      }
    }
    if (card_.golden.empty()) Say("golden", "no golden row: add at least one, computed elsewhere");
    return std::move(problems_);
  }

 private:
  void Say(std::string where, std::string problem) {
    problems_.push_back({std::move(where), std::move(problem)});
  }

  void CheckCauses() {
    if (card_.hazards.empty() || card_.hazards.size() > 2) {
      Say("hazards", std::to_string(card_.hazards.size()) + " hazards: a card has one or two");
    }
    if (card_.hazards.size() == 2 && card_.hazards[0].cause == card_.hazards[1].cause) {
      Say("hazards[1].cause", "the same cause twice: one voluntary, one involuntary");
    }
    for (std::size_t i = 0; i < card_.hazards.size(); ++i) {
      CheckWeight(card_.hazards[i].intercept_micro,
                  "hazards[" + std::to_string(i) + "].intercept_micro");
    }
  }

  void CheckWeight(std::int64_t micro, std::string where) {
    constexpr std::int64_t kWeightMax = 1'000'000'000;
    if (micro < -kWeightMax || micro > kWeightMax) {
      Say(std::move(where), std::to_string(micro) + " is out of range: -1000 to 1000");
    }
  }

  void CheckTerm(const CardTerm& term, const std::string& at) {
    const std::optional<std::size_t> feature = features_.Find(term.feature);
    if (!feature) {
      Say(at + "feature", "'" + term.feature + "' is no feature of this bundle: define it");
      return;
    }
    const FeatureDefinition& definition = features_.definition(*feature);
    const bool wants_symbol = term.shape == TermShape::kSymbols;
    if (wants_symbol != definition.is_symbol) {
      Say(at + "shape", definition.is_symbol ? "'" + term.feature + "' is a symbol: use symbols"
                                             : "'" + term.feature + "' is a number: no symbols");
    }
    CheckNumbers(term, definition.scale, at);
    CheckWeight(term.weight_micro, at + "weight_micro");
    CheckWeight(term.otherwise_micro, at + "otherwise_micro");
    CheckWeight(term.missing_micro, at + "missing_micro");
  }

  std::int64_t CheckNumber(Decimal value, std::uint8_t scale, const std::string& where) {
    const std::optional<std::int64_t> units = Rescale(value, scale);
    if (!units) {
      Say(where,
          "finer than the feature, which has " + std::to_string(scale) + " decimals, or too large");
    }
    return units.value_or(0);
  }

  void CheckNumbers(const CardTerm& term, std::uint8_t scale, const std::string& at) {
    CheckNumber(term.centre, scale, at + "centre");
    if (Rescale(term.per, scale).has_value() && term.per.units <= 0) {
      Say(at + "per", "not above zero");
    }
    CheckNumber(term.per, scale, at + "per");
    const std::int64_t min = CheckNumber(term.min, scale, at + "min");
    const std::int64_t max = CheckNumber(term.max, scale, at + "max");
    if (term.has_min && term.has_max && min > max) Say(at + "min", "above max");
    if (term.shape == TermShape::kBins && term.bins.empty()) Say(at + "bins", "no bins");
    if (term.shape == TermShape::kSymbols && term.symbols.empty())
      Say(at + "symbols", "no symbols");
    std::int64_t last = 0;
    for (std::size_t i = 0; i < term.bins.size(); ++i) {
      const std::string where = at + "bins[" + std::to_string(i) + "].";
      const std::int64_t from = CheckNumber(term.bins[i].from, scale, where + "from");
      if (i > 0 && from <= last) Say(where + "from", "not above the bin before");
      CheckWeight(term.bins[i].weight_micro, where + "weight_micro");
      last = from;
    }
    for (std::size_t i = 0; i < term.symbols.size(); ++i) {
      CheckWeight(term.symbols[i].weight_micro,
                  at + "symbols[" + std::to_string(i) + "].weight_micro");
    }
  }

  const Scorecard& card_;
  const FeatureSet& features_;
  std::vector<DefinitionProblem> problems_;
};

}  // namespace

std::vector<DefinitionProblem> CheckScorecard(const Scorecard& card, const FeatureSet& features) {
  return Checker(card, features).Run();
}

std::vector<DefinitionProblem> ChurnModel::CheckGolden(const FeatureSet& features) const {
  std::vector<DefinitionProblem> problems;
  for (std::size_t row = 0; row < card_.golden.size(); ++row) {
    const GoldenRow& golden = card_.golden[row];
    const std::string at = "golden[" + std::to_string(row) + "].";
    std::vector<FeatureValue> values(features.size());
    for (std::size_t i = 0; i < golden.inputs.size(); ++i) {
      const GoldenInput& input = golden.inputs[i];
      const std::string where = at + "inputs[" + std::to_string(i) + "].";
      const std::optional<std::size_t> feature = features.Find(input.feature);
      if (!feature) {
        problems.push_back({where + "feature", "'" + input.feature + "' is no feature"});
        continue;
      }
      const auto units = Rescale(input.number, features.definition(*feature).scale);
      if (!units) problems.push_back({where + "number", "finer than the feature, or too large"});
      values[*feature] = {.is_missing = false, .number = units.value_or(0), .symbol = input.symbol};
    }
    ChurnScore score;
    Score(values, score);
    const std::int64_t error = score.churn_ppb - golden.churn_ppb;
    if (error > golden.tolerance_ppb || error < -golden.tolerance_ppb) {
      problems.push_back({at + "churn_ppb", "the card gives " + std::to_string(score.churn_ppb) +
                                                ", the row says " +
                                                std::to_string(golden.churn_ppb)});
    }
  }
  return problems;
}

}  // namespace evenkeel
