#pragma once

#include <chrono>
#include <stop_token>
#include <vector>

#include "evenkeel/base/status.h"
#include "evenkeel/runtime/worker_host.h"

namespace evenkeel {

/// Starts the hosts, runs until `stop` is asked for or one of them fails, then drains all of them.
/// Errors: of the first worker that failed; kDeadlineExceeded if draining takes longer than
/// `drain_timeout` (the process should then end without waiting).
Status RunUntilStopped(const std::vector<WorkerHost*>& hosts, const std::stop_token& stop,
                       std::chrono::milliseconds drain_timeout);

}  // namespace evenkeel
