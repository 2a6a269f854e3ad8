#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

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
  /// The time as services see it.
  Now now() {
    const Now now = time();
    return {now.monotonic, now.wall + clock_error};
  }
  std::chrono::milliseconds clock_error{0};  ///< Of the machine's clock, against the log's.
  /// Lets a little time pass, where time is ours.
  virtual void Idle() {}
  std::chrono::milliseconds step{1};  ///< How much that is.
  /// Begins all names, so that tests which share a server do not meet.
  virtual std::string prefix() const { return "t."; }
  /// The brokers, where there are any.
  virtual std::string bootstrap() const { return {}; }
  /// How long to look on for what may come too often, once it has come.
  virtual std::chrono::milliseconds hindsight() const { return std::chrono::seconds(1); }
  /// How long to look on before believing that something does not happen.
  virtual std::chrono::milliseconds patience() const { return std::chrono::seconds(2); }

 protected:
  virtual Now time() = 0;
};

/// In memory, on a virtual clock that starts at ten in the morning in Berlin.
class SimBench final : public LogBench {
 public:
  static constexpr TimeMs kStart{1'709'629'200'000};  // 2024-03-05T09:00:00Z

  SimBench() : sim({.start = kStart}) {}
  LogCluster& cluster() override { return sim; }
  void Idle() override { sim.AdvanceTime(step); }
  std::chrono::milliseconds hindsight() const override { return std::chrono::minutes(10); }
  std::chrono::milliseconds patience() const override { return std::chrono::seconds(30); }

  SimLog sim;

 protected:
  Now time() override { return sim.now(); }
};

/// Instance ids of the members of each group. The local log has to know them; the others do not.
using BenchMembers = std::map<std::string, std::vector<std::string>>;

std::unique_ptr<LogBench> MakeSimBench(const BenchMembers& members = {});

/// In a folder of its own, on the machine's clock.
std::unique_ptr<LogBench> MakeLocalBench(const BenchMembers& members = {});

/// On the broker of EVENKEEL_KAFKA_BOOTSTRAP_FILE, under a prefix of its own. For programs with the
/// library evenkeel_scenario_kafka.
std::unique_ptr<LogBench> MakeKafkaBench(const BenchMembers& members = {});

/// A log to run a suite on.
struct LogRun {
  std::string name;  ///< Of the test case.
  std::function<std::unique_ptr<LogBench>(const BenchMembers&)> make_bench;
  bool do_rows_move = true;  ///< A member that died is replaced by another one.
};

inline void PrintTo(const LogRun& run, std::ostream* out) { *out << run.name; }

}  // namespace evenkeel::testing
