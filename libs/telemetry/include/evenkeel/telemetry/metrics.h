#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace prometheus {
class Registry;

}  // namespace prometheus

namespace evenkeel {

enum class MetricKind { kCounter, kGauge };

struct MetricLabel {
  std::string name;
  std::string value;
};

/// One figure at the time of a scrape.
struct MetricSample {
  std::string name;  ///< evenkeel_<what>_<unit>[_total]
  std::string help;
  MetricKind kind = MetricKind::kGauge;
  std::vector<MetricLabel> labels;  ///< Closed sets only: never an id, never free text.
  double value = 0;
};

/// All metrics of a process: histograms and counters in the registry, and figures that parts of
/// the program hand over at scrape time.
///
/// Thread-safety: any thread.
class Metrics {
 public:
  using Source = std::function<void(std::vector<MetricSample>&)>;

  /// `process_*` figures and `evenkeel_build_info` are there from the start.
  explicit Metrics(std::string version);
  ~Metrics();

  /// For what must be counted as it happens (histograms). Owned here.
  prometheus::Registry& registry() { return *registry_; }

  /// `source` is called at every scrape and must not block. It must outlive this or be of a part
  /// that is destroyed after the listener has stopped.
  void AddSource(Source source);

  /// The exposition in Prometheus' text format 0.0.4.
  std::string Scrape() const;

 private:
  std::string version_;
  std::shared_ptr<prometheus::Registry> registry_;
  mutable std::mutex mutex_;
  std::vector<Source> sources_;  // Guarded by mutex_.
};

}  // namespace evenkeel
