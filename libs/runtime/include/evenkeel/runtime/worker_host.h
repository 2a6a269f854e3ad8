#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "evenkeel/base/status.h"
#include "evenkeel/engine/worker.h"
#include "evenkeel/telemetry/log.h"
#include "evenkeel/telemetry/metrics.h"

namespace evenkeel {

/// Runs workers, each on a thread of its own, until they have stopped or one of them fails.
///
/// Thread-safety: any thread.
class WorkerHost {
 public:
  /// `component` names them in logs and metrics: "decider". `logger` outlives the host.
  WorkerHost(std::string component, std::vector<std::unique_ptr<Worker>> workers,
             const Logger& logger);
  ~WorkerHost();
  WorkerHost(const WorkerHost&) = delete;
  WorkerHost& operator=(const WorkerHost&) = delete;

  void Start();

  /// Asks all workers to drain. Idempotent.
  void RequestStop();

  /// Waits until all workers have ended, at most until `deadline`. False: some still run.
  bool WaitUntil(std::chrono::steady_clock::time_point deadline);

  /// The first error that ended a worker, or OK.
  Status status() const;

  /// True from the moment a worker failed: the process should exit.
  bool failed() const { return !status().ok(); }

  /// What each worker said of itself a moment ago.
  std::vector<WorkerStatus> Snapshot() const;

  /// Adds the workers' figures to a scrape.
  void Collect(std::vector<MetricSample>& out) const;

  /// For results of effects: the worker's thread-safe entry.
  Worker& worker(std::size_t index) { return *workers_[index]; }
  std::size_t size() const { return workers_.size(); }

 private:
  void Run(std::size_t index);
  void Publish(std::size_t index, WorkerStatus status);

  const std::string component_;
  const Logger& logger_;
  std::vector<std::unique_ptr<Worker>> workers_;
  mutable std::mutex mutex_;
  std::condition_variable ended_;
  std::vector<WorkerStatus> snapshots_;  // Guarded by mutex_.
  Status status_;                        // Guarded by mutex_.
  std::size_t running_ = 0;              // Guarded by mutex_.
  std::vector<std::jthread> threads_;    // Last: they use all of the above.
};

}  // namespace evenkeel
