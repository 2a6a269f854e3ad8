#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "evenkeel/model/decision.h"
#include "evenkeel/telemetry/metrics.h"

namespace prometheus {
class Histogram;
}  // namespace prometheus

namespace evenkeel {

/// What a task counted since its last commit.
class DeciderCounts {
 public:
  void OnSignal(std::string_view family, std::string_view what);
  /// Something in signals that was taken in and not used.
  void OnTolerated(std::string_view what, std::uint64_t count);
  void OnDeadLetter(std::string_view reason);
  void OnDecision(const Decision& decision);
  /// Time from the record's timestamp to its decision, without the commit.
  void OnLatency(double seconds) { latencies_.push_back(seconds); }

 private:
  friend class DeciderMetrics;
  using Counters = std::map<std::array<std::string, 2>, std::uint64_t>;

  static void Count(Counters& counters, std::string_view first, std::string_view second,
                    std::uint64_t count = 1);

  Counters signals_;       // family, what.
  Counters tolerated_;     // what.
  Counters dead_letters_;  // reason.
  Counters decisions_;     // action, verdict.
  Counters fallen_;        // action, reason.
  Counters value_micros_;  // action, verdict: of actions that went out.
  std::vector<double> latencies_;
};

/// What deciders counted and committed.
///
/// Thread-safety: any thread.
class DeciderMetrics {
 public:
  /// Registers the histogram; the rest is read at every scrape.
  explicit DeciderMetrics(Metrics& metrics);

  void Add(const DeciderCounts& committed);

 private:
  void Collect(std::vector<MetricSample>& out) const;

  mutable std::mutex mutex_;
  DeciderCounts sum_;  // Under mutex_; without latencies.
  prometheus::Histogram& latency_;
};

}  // namespace evenkeel
