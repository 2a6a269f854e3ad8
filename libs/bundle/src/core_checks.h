#pragma once

#include "evenkeel/bundle/diagnostics.h"
#include "evenkeel/decision/definition.h"

namespace evenkeel::internal {

/// What the decision core itself finds wrong with a definition, its golden rows included.
void CheckCore(const CoreDefinition& core, Diagnostics& diagnostics);

}  // namespace evenkeel::internal
