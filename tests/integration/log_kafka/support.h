#pragma once

#include <memory>
#include <string>
#include <vector>

#include "log_driver.h"

#include "evenkeel/log/kafka_log.h"

namespace evenkeel::testing {

/// The clock of the machine, as LogDriver wants it.
LogTime MachineTime();

/// The broker that the test run shares (EVENKEEL_KAFKA_BOOTSTRAP_FILE).
std::string SharedBootstrap();

/// Begins the names of one test on a shared broker.
std::string NewPrefix();

std::unique_ptr<LogCluster> OpenAt(const std::string& bootstrap);

std::unique_ptr<LogDriver> OpenDriver(LogCluster& cluster, SessionOptions options);

/// A broker of one test's own, empty, on free ports. It ends with this object; one that a crashed
/// run left behind under the same name is ended first.
class OwnBroker {
 public:
  explicit OwnBroker(const std::string& name);
  OwnBroker(const OwnBroker&) = delete;
  OwnBroker& operator=(const OwnBroker&) = delete;
  ~OwnBroker();

  void Start();
  /// kill -9.
  void Kill();

  const std::string& bootstrap() const { return bootstrap_; }

 private:
  std::string folder_;
  std::string bootstrap_;
};

}  // namespace evenkeel::testing
