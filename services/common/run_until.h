#pragma once

#include <chrono>
#include <stop_token>
#include <vector>

#include "common/api_server.h"
#include "common/readiness.h"

#include "evenkeel/base/status.h"
#include "evenkeel/runtime/worker_host.h"

namespace evenkeel {

/// Starts the hosts, runs until `stop` is asked for or one of them fails, then drains all of them.
/// `drain_timeout` after the stop was asked for, the process ends by itself, whatever still runs.
/// Meanwhile the health of `api`, which may be null, follows `readiness`, whose drain begins first.
/// Errors: of the first worker that failed.
Status RunUntilStopped(const std::vector<WorkerHost*>& hosts, const std::stop_token& stop,
                       std::chrono::milliseconds drain_timeout, Readiness& readiness,
                       ApiServer* api);

/// The same for a process without workers: returns when `stop` is asked for and health says so.
void ServeUntilStopped(const std::stop_token& stop, Readiness& readiness, ApiServer& api);

}  // namespace evenkeel
