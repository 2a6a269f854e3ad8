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

/// What deciders count. Work that was undone and done again is counted twice.
///
/// Thread-safety: any thread.
class DeciderMetrics {
 public:
  /// Registers the histogram; the rest is read at every scrape.
  explicit DeciderMetrics(Metrics& metrics);

  void OnSignal(std::string_view family, std::string_view what);
  /// Something in signals that was taken in and not used.
  void OnTolerated(std::string_view what, std::uint64_t count);
  void OnDeadLetter(std::string_view reason);
  void OnDecision(const Decision& decision);
  /// Time from the record's timestamp to its decision, without the commit.
  void OnLatency(double seconds);

 private:
  using Key = std::array<std::string, 2>;

  void Count(std::map<Key, std::uint64_t>& counters, std::string_view first,
             std::string_view second, std::uint64_t count = 1);
  void Collect(std::vector<MetricSample>& out) const;

  mutable std::mutex mutex_;
  std::map<Key, std::uint64_t> signals_;       // family, what. All under mutex_.
  std::map<Key, std::uint64_t> tolerated_;     // what.
  std::map<Key, std::uint64_t> dead_letters_;  // reason.
  std::map<Key, std::uint64_t> decisions_;     // action, verdict.
  std::map<Key, std::uint64_t> fallen_;        // action, reason.
  prometheus::Histogram& latency_;
};

}  // namespace evenkeel
