#pragma once

#include <string>

#include "evenkeel/bundle/diagnostics.h"
#include "evenkeel/decision/definition.h"

namespace evenkeel::internal {

/// What the decision core itself finds wrong with a definition, its golden rows included.
/// `model_file` is where the model came from.
void CheckCore(const CoreDefinition& core, const std::string& model_file, Diagnostics& diagnostics);

}  // namespace evenkeel::internal
