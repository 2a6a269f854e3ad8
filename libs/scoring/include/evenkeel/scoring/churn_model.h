#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "evenkeel/features/feature_set.h"
#include "evenkeel/model/churn_score.h"
#include "evenkeel/model/definition_problem.h"
#include "evenkeel/scoring/scorecard.h"

namespace evenkeel {

/// All that is wrong in `card`, golden rows apart; `where` starts at the card.
std::vector<DefinitionProblem> CheckScorecard(const Scorecard& card, const FeatureSet& features);

/// A scorecard, compiled for a set of features.
///
/// Thread-safety: immutable.
class ChurnModel {
 public:
  /// REQUIRES: CheckScorecard() found nothing for the same features.
  ChurnModel(Scorecard card, const FeatureSet& features);
  ChurnModel(const ChurnModel&) = delete;
  ChurnModel& operator=(const ChurnModel&) = delete;

  const Scorecard& card() const { return card_; }

  /// The score of a customer whose features are `values`, in the feature set's order. The parts of
  /// each hazard add up exactly.
  void Score(std::span<const FeatureValue> values, ChurnScore& score) const;

  /// The golden rows that come out otherwise than the card says.
  std::vector<DefinitionProblem> CheckGolden(const FeatureSet& features) const;

 private:
  // A term in the units of its feature.
  struct Term {
    std::uint32_t feature = 0;
    TermShape shape = TermShape::kLinear;
    std::int64_t weight_micro = 0;
    std::int64_t centre = 0;
    std::int64_t per = 1;
    std::int64_t min = 0;
    std::int64_t max = 0;
    std::vector<std::int64_t> bin_from;
    const CardTerm* source = nullptr;  // In card_, whose vectors never move.
  };
  struct Hazard {
    const HazardCard* source = nullptr;
    std::vector<Term> terms;
  };

  static Term Compile(const CardTerm& term, const FeatureSet& features);
  static std::int64_t ContributionOf(const Term& term, const FeatureValue& value);

  Scorecard card_;
  std::vector<Hazard> hazards_;
};

/// Fills in the horizon's chances from the hazards of one period: `hazard_ppb` of each is given,
/// `churn_ppb` of each and of `score` come out.
void ProjectOverHorizon(ChurnScore& score);

}  // namespace evenkeel
