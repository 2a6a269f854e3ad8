#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "evenkeel/base/time.h"
#include "evenkeel/log/cluster.h"
#include "evenkeel/log/sim_log.h"

namespace evenkeel::testing {

/// A log that services run on in a test, and its time.
class LogBench {
 public:
  LogBench() = default;
  LogBench(const LogBench&) = delete;
  LogBench& operator=(const LogBench&) = delete;
  virtual ~LogBench() = default;

  virtual LogCluster& cluster() = 0;
  virtual Now now() = 0;
  /// Lets a little time pass, where time is ours.
  virtual void Idle() {}
  std::chrono::milliseconds step{1};  ///< How much that is.
  /// Begins all names, so that tests which share a server do not meet.
  virtual std::string prefix() const { return "t."; }
};

/// In memory, on a virtual clock that starts at ten in the morning in Berlin.
class SimBench final : public LogBench {
 public:
  static constexpr TimeMs kStart{1'709'629'200'000};  // 2024-03-05T09:00:00Z

  SimBench() : sim({.start = kStart}) {}
  LogCluster& cluster() override { return sim; }
  Now now() override {
    const Now now = sim.now();
    return {now.monotonic, now.wall + clock_error};
  }
  void Idle() override { sim.AdvanceTime(step); }

  SimLog sim;
  std::chrono::milliseconds clock_error{0};  ///< Of the machine's clock, against the log's.
};

/// In a folder of its own, on the machine's clock.
std::unique_ptr<LogBench> MakeLocalBench();

/// On the broker of EVENKEEL_KAFKA_BOOTSTRAP_FILE, under a prefix of its own. For programs with the
/// library evenkeel_scenario_kafka.
std::unique_ptr<LogBench> MakeKafkaBench();

}  // namespace evenkeel::testing
