#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/readiness.h"

#include "evenkeel/base/result.h"
#include "evenkeel/runtime/http_listener.h"
#include "evenkeel/runtime/worker_host.h"
#include "evenkeel/state/store_resources.h"
#include "evenkeel/telemetry/metrics.h"
#include "evenkeel/v1/config.pb.h"

namespace evenkeel {

/// One application of the process, as its doors show it.
struct ServedApplication {
  std::string name;
  WorkerHost* host = nullptr;
  /// Effects handed out whose results are not committed yet; null: it has none.
  std::function<std::size_t()> open_effects = {};
};

/// Serves GET /metrics, /healthz (the process lives), /readyz (`readiness`) and /progress (JSON:
/// per application its tasks by phase, and whether it is idle: everything there is was processed
/// and committed, and no effect is open). All of it must outlive the listener.
Result<std::unique_ptr<HttpListener>> ServeDoors(
    const v1::ListenerConfig& config, const Metrics& metrics, const Readiness& readiness,
    const std::vector<ServedApplication>& applications);

/// The figures of what all stores of the process share. `stores` outlives `metrics`' scrapes.
void AddStoreMetrics(const StoreResources& stores, Metrics& metrics);

/// Nothing is left to do: all inputs at their end, processed and committed.
bool IsIdle(const std::vector<WorkerStatus>& workers);

/// Every task that is owned runs, and there is at least one.
bool IsReady(const std::vector<WorkerStatus>& workers);

/// An application whose tasks are at work, as a part of its process.
Readiness::Part PartOf(const ServedApplication& application);

/// The options of a listener from its configuration.
HttpListener::Options ListenerOptions(const v1::ListenerConfig& config, std::uint16_t default_port);

}  // namespace evenkeel
