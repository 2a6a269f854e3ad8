#pragma once

#include <map>
#include <string>
#include <vector>

#include "evenkeel/engine/worker_status.h"
#include "evenkeel/telemetry/log.h"
#include "evenkeel/telemetry/metrics.h"

namespace evenkeel {

/// The figures of all workers of one application, summed where that makes sense.
void AppendWorkerSamples(const std::string& application, const std::vector<WorkerStatus>& workers,
                         std::vector<MetricSample>& out);

/// Logs what changed since the last call: phases of tasks, and the worker's health. `phases` and
/// `health` are the caller's memory of it.
void LogWorkerChanges(const Logger& logger, const std::string& application, std::size_t worker,
                      const WorkerStatus& status, std::map<Partition, TaskPhase>& phases,
                      std::string& health);

}  // namespace evenkeel
