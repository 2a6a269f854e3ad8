#pragma once

#include "compile.h"

#include "evenkeel/bundle/diagnostics.h"
#include "evenkeel/decision/definition.h"

namespace evenkeel::internal {

/// What the decision core itself finds wrong with a definition, its golden rows included. `docs`
/// is what the definition was made from.
void CheckCore(const CoreDefinition& core, const BundleDocs& docs, Diagnostics& diagnostics);

}  // namespace evenkeel::internal
