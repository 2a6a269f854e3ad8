#include "core_checks.h"

#include <string>
#include <vector>

#include "evenkeel/features/feature_set.h"
#include "evenkeel/scoring/churn_model.h"

namespace evenkeel::internal {
namespace {

void AddAll(const std::string& file, const std::vector<DefinitionProblem>& problems,
            Diagnostics& diagnostics) {
  for (const DefinitionProblem& problem : problems) {
    diagnostics.Add({file, 0, 0}, problem.where, problem.problem);
  }
}

}  // namespace

void CheckCore(const CoreDefinition& core, const std::string& model_file,
               Diagnostics& diagnostics) {
  const std::size_t before = diagnostics.size();
  for (const FeatureProblem& problem : CheckFeatures(core.features)) {
    diagnostics.Add({"features.yaml", 0, 0},
                    core.features[problem.index].name + "." + problem.field, problem.problem);
  }
  if (diagnostics.size() != before) return;
  const FeatureSet features(core.features);
  AddAll(model_file, CheckScorecard(core.scorecard, features), diagnostics);
  if (diagnostics.size() != before) return;
  AddAll(model_file, ChurnModel(core.scorecard, features).CheckGolden(features), diagnostics);
}

}  // namespace evenkeel::internal
