#pragma once

#include "evenkeel/engine/worker_options.h"

namespace evenkeel::testing {

/// The codec that services use.
CommitRecordCodec TestCommitCodec();

}  // namespace evenkeel::testing
