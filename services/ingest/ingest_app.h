#pragma once

#include <memory>
#include <string>

#include "common/deployment.h"
#include "ingest/event_intake.h"
#include "ingest/ingest_door.h"
#include "ingest/ingest_metrics.h"
#include "ingest/log_writer.h"

#include "evenkeel/base/result.h"
#include "evenkeel/bundle/time_zones.h"
#include "evenkeel/log/cluster.h"
#include "evenkeel/telemetry/log.h"
#include "evenkeel/telemetry/metrics.h"
#include "evenkeel/v1/config.pb.h"

namespace evenkeel {

/// Ingest, put together: the door for events over HTTP.
class IngestApp {
 public:
  /// What it is given. All of it outlives the app.
  struct Context {
    const Deployment& deployment;
    LogCluster& cluster;
    Metrics& metrics;
    const Logger& logger;
  };

  /// Names what is wrong with `config`: key under `path`, value, remedy.
  static Status Check(const v1::IngestConfig& config, const std::string& path);

  /// `config` and the deployment fit: see Check() and DeploymentOf().
  static Result<std::unique_ptr<IngestApp>> Create(const v1::IngestConfig& config,
                                                   const Context& context);

  /// REQUIRES: before listener.Start(). The app outlives the listener.
  void Serve(HttpListener& listener) { door_.Serve(listener, request_max_bytes_); }
  /// Begins to read and write. Until is_ready() for the first time, requests are told to come
  /// again.
  void Start() { writer_.Start(); }
  /// Writes what waits. After the listener has stopped. Idempotent.
  void Stop() { writer_.Stop(); }
  bool is_ready() const { return writer_.is_ready(); }

 private:
  IngestApp(const v1::IngestConfig& config, const Context& context, TimeZoneDatabase zones,
            LogWriter::Options options);

  const std::size_t request_max_bytes_;
  const ClockMode clock_;
  const TimeZoneDatabase zones_;
  IngestMetrics metrics_;
  LogWriter writer_;
  EventIntake intake_;
  IngestDoor door_;
};

}  // namespace evenkeel
