#pragma once

#include <vector>

#include "evenkeel/decision/definition.h"
#include "evenkeel/features/feature_set.h"

namespace evenkeel::internal {

/// All that is wrong in the catalogue; `where` starts at the definition.
std::vector<DefinitionProblem> CheckCatalogue(const CoreDefinition& definition,
                                              const FeatureSet& features);

}  // namespace evenkeel::internal
