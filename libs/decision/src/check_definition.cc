#include <string>

#include "check_catalogue.h"

#include "evenkeel/decision/definition.h"
#include "evenkeel/features/feature_set.h"
#include "evenkeel/features/fixed_math.h"
#include "evenkeel/policy/contact_policy.h"
#include "evenkeel/scoring/churn_model.h"

namespace evenkeel {
namespace {

void Append(std::vector<DefinitionProblem>& all, std::vector<DefinitionProblem> more,
            const std::string& prefix) {
  for (DefinitionProblem& problem : more) {
    all.push_back({prefix + problem.where, std::move(problem.problem)});
  }
}

void CheckDuplicates(const DuplicatePolicy& duplicates, std::vector<DefinitionProblem>& problems) {
  constexpr std::int64_t kHorizonMsMax = 400LL * 24 * 3'600'000;
  if (duplicates.horizon_ms < 0 || duplicates.horizon_ms > kHorizonMsMax) {
    problems.push_back({"duplicates.horizon_ms", "out of range: 0 to 400 days"});
  }
  if (duplicates.ids_max < 0 || duplicates.ids_max > 1024) {
    problems.push_back({"duplicates.ids_max", std::to_string(duplicates.ids_max) +
                                                  " is out of range: 0 to 1024 (30 bytes each)"});
  }
}

}  // namespace

std::vector<DefinitionProblem> CheckDefinition(const CoreDefinition& definition) {
  std::vector<DefinitionProblem> problems;
  if (definition.name.empty()) problems.push_back({"name", "none: a bundle needs one"});
  for (const char c : definition.currency.code) {
    if (c >= 'A' && c <= 'Z') continue;
    problems.push_back({"currency", "no ISO 4217 code: three capital letters, such as EUR"});
    break;
  }
  CheckDuplicates(definition.duplicates, problems);
  if (definition.score_step_ppb &&
      (*definition.score_step_ppb < 0 || *definition.score_step_ppb > kBillion)) {
    problems.push_back({"score_step_ppb", "out of range: 0 to 1,000,000,000"});
  }
  for (FeatureProblem& problem : CheckFeatures(definition.features)) {
    problems.push_back({"features[" + std::to_string(problem.index) + "]." + problem.field,
                        std::move(problem.problem)});
  }
  Append(problems, CheckPolicy(definition.policy), "policy.");
  // What follows reads features by name: without sound ones it would only repeat their trouble.
  if (!CheckFeatures(definition.features).empty()) return problems;
  const FeatureSet features(definition.features);
  std::vector<DefinitionProblem> card = CheckScorecard(definition.scorecard, features);
  const bool is_card_sound = card.empty();
  Append(problems, std::move(card), "scorecard.");
  if (is_card_sound) {
    Append(problems, ChurnModel(definition.scorecard, features).CheckGolden(features),
           "scorecard.");
  }
  Append(problems, internal::CheckCatalogue(definition, features), "");
  return problems;
}

}  // namespace evenkeel
