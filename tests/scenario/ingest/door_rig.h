#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/faulty_log.h"
#include "ingest/ingest_app.h"
#include <gtest/gtest.h>
#include <httplib.h>
#include <nlohmann/json.hpp>

#include "evenkeel/codec/rfc3339.h"
#include "support/log_bench.h"
#include "support/service_world.h"

namespace evenkeel::testing {

/// Which log a case runs on.
struct IngestRun {
  const char* name;
  std::function<std::unique_ptr<LogBench>()> make;
};

inline std::string IngestRunName(const ::testing::TestParamInfo<IngestRun>& info) {
  return info.param.name;
}

struct DoorAnswer {
  int status = 0;
  nlohmann::json body;
  std::string text;
  httplib::Headers headers;
};

/// Ingest as it runs, on a log, behind a listener of its own.
class DoorRig {
 public:
  DoorRig(std::unique_ptr<LogBench> bench, ClockMode clock);
  ~DoorRig() { Stop(); }
  DoorRig(const DoorRig&) = delete;
  DoorRig& operator=(const DoorRig&) = delete;

  /// With `config`, until it takes requests.
  void Start();
  void Stop();

  DoorAnswer Post(const std::string& path, const std::string& content_type, const std::string& body,
                  const httplib::Headers& headers = {});
  /// CloudEvents in JSON, one or a list.
  DoorAnswer PostEvents(const nlohmann::json& events);
  /// Everything on the signal topic.
  std::vector<OwnedRecord> Written() { return world.Read(world.signals()); }
  std::uint16_t port() const { return listener_->port(); }
  bool AwaitBundle();
  /// Until its metrics say that it would tell a repeat of `count` events.
  bool AwaitRemembered(int count) const;

  const std::unique_ptr<LogBench> bench;
  ServiceWorld world;
  FaultyLog log;  ///< Between ingest and the bench.
  v1::IngestConfig config;
  std::chrono::milliseconds read_timeout{10'000};

 private:
  const Logger logger_{[](std::string_view) {}};
  std::unique_ptr<Metrics> metrics_;
  std::unique_ptr<IngestApp> app_;
  std::unique_ptr<HttpListener> listener_;
};

/// An event in JSON that is taken, about `customer`.
nlohmann::json EventJson(const std::string& id, const std::string& customer = "ada");

}  // namespace evenkeel::testing
