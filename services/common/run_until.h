#pragma once

#include <chrono>
#include <functional>
#include <stop_token>
#include <vector>

#include "evenkeel/base/status.h"
#include "evenkeel/runtime/worker_host.h"

namespace evenkeel {

/// Starts the hosts, runs until `stop` is asked for or one of them fails, then drains all of them.
/// `drain_timeout` after the stop was asked for, the process ends by itself, whatever still runs.
/// `look` is called several times a second, and once with true when the drain begins.
/// Errors: of the first worker that failed.
Status RunUntilStopped(const std::vector<WorkerHost*>& hosts, const std::stop_token& stop,
                       std::chrono::milliseconds drain_timeout,
                       const std::function<void(bool is_draining)>& look = nullptr);

}  // namespace evenkeel
