#pragma once

#include "evenkeel/decision/proposer.h"

// The proposers there are, one per domain; each in a file of its own.

namespace evenkeel::internal {

const Proposer& RetentionProposerOf();
const Proposer& ServiceRecoveryProposerOf();

}  // namespace evenkeel::internal
