#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "common/api_server.h"
#include "common/deployment.h"
#include "common/process_doors.h"

#include "evenkeel/base/status.h"
#include "evenkeel/log/cluster.h"
#include "evenkeel/state/store_resources.h"
#include "evenkeel/telemetry/log.h"
#include "evenkeel/telemetry/metrics.h"
#include "evenkeel/v1/config.pb.h"

namespace evenkeel {

/// What a process with one application has around it.
struct ServiceParts {
  const Deployment& deployment;
  LogCluster& cluster;
  std::string cluster_id;
  StoreResources& stores;
  Metrics& metrics;
  const Logger& logger;
  ApiServer* api;  ///< Where its calls are registered; null: it has no doors.
};

/// One application, made: kept alive by `owner`.
struct ServiceApplication {
  std::shared_ptr<void> owner;
  ServedApplication served;
  /// Told the address of the gRPC door, "host:port", before the workers start. May be empty.
  std::function<void(const std::string& address)> on_open = {};
};

/// What is particular about a process with one application on a shared log.
struct SingleService {
  const Deployment& deployment;
  const v1::LogConfig& log;
  const v1::EngineConfig& engine;
  const v1::TelemetryConfig& telemetry;
  std::string config_file;  ///< Named in remedies.
  std::function<Result<ServiceApplication>(const ServiceParts&)> make;
  std::optional<v1::ApiConfig> api = {};  ///< Its doors for calls; nothing: none.
};

/// Opens the log, checks it, makes the application, opens its doors, runs until `stop`. The port of
/// the doors is written to `<state directory>/metrics.port`.
Status RunSingleService(const SingleService& service, const std::stop_token& stop);

}  // namespace evenkeel
