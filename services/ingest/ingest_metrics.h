#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "evenkeel/telemetry/metrics.h"

namespace prometheus {
class Histogram;
}  // namespace prometheus

namespace evenkeel {

/// What ingest counts.
///
/// Thread-safety: any thread.
class IngestMetrics {
 public:
  /// Adds itself to `metrics`, which is scraped only while this lives.
  explicit IngestMetrics(Metrics& metrics);

  void OnWritten(std::size_t events) { written_ += events; }
  void OnRepeated(std::size_t events) { repeated_ += events; }
  /// `reason`: one of a closed set.
  void OnRefused(std::string_view reason, std::size_t events = 1);
  void OnCommit(double seconds);
  void OnReopened() { ++reopened_; }
  void SetPending(std::size_t requests) { pending_ = requests; }
  void SetRemembered(std::size_t events) { remembered_ = events; }

  std::uint64_t written() const { return written_; }

 private:
  void Collect(std::vector<MetricSample>& out) const;

  prometheus::Histogram& commits_;
  std::atomic<std::uint64_t> written_ = 0;
  std::atomic<std::uint64_t> repeated_ = 0;
  std::atomic<std::uint64_t> reopened_ = 0;
  std::atomic<std::uint64_t> pending_ = 0;
  std::atomic<std::uint64_t> remembered_ = 0;
  mutable std::mutex mutex_;
  std::map<std::string, std::uint64_t, std::less<>> refused_;  // Guarded by mutex_.
};

}  // namespace evenkeel
