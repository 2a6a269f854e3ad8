#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "evenkeel/base/status.h"
#include "evenkeel/base/time.h"
#include "evenkeel/engine/effect_sink.h"
#include "evenkeel/engine/processor.h"
#include "evenkeel/engine/task_board.h"
#include "evenkeel/engine/worker_options.h"
#include "evenkeel/engine/worker_status.h"
#include "evenkeel/log/cluster.h"
#include "evenkeel/state/store_resources.h"

namespace evenkeel {

/// Runs the tasks of the rows that the group gives to one member, exactly once.
///
/// A step machine: it has no thread and no clock, and never blocks. Its owner calls
///
///   while (!worker.stopped()) { if (Status s = worker.Step(now); !s.ok()) exit; worker.Wait(10ms);
///   }
///
/// It opens its log session by itself and replaces it whenever the outcome of a transaction is in
/// doubt; then its tasks are restored from their stores and changelogs.
///
/// Destroying a worker that was not stopped is a crash: what is open is left to be aborted.
///
/// Thread-safety: one thread, apart from PostEffectResult() and RequestStop().
class Worker {
 public:
  static constexpr std::size_t kEffectResultBytesMax = 64 << 10;

  /// What the worker talks to. Referenced, not owned: all of it outlives the worker.
  struct Ports {
    LogCluster& cluster;
    StoreResources& stores;
    EffectSink& effects;
  };

  /// REQUIRES: CheckOptions(options).ok().
  Worker(Ports ports, WorkerOptions options, std::unique_ptr<Processor> processor);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// One bounded turn. `now` never goes back in its monotonic part. An error means: the process
  /// should exit and be restarted; the worker must not be used again.
  Status Step(Now now);

  /// Returns when Step() may have something to do, or after `max`.
  void Wait(std::chrono::milliseconds max);

  /// Hands `event` (at most kEffectResultBytesMax; it is stored in the commit record) to the task
  /// of `row` as a local event, once; dropped if the row is not ours (the next owner hands the
  /// effect out again). A processor may get two results of an effect that was handed out twice. Any
  /// thread.
  void PostEffectResult(Partition row, std::string event);

  /// Ends in order: no more intake, the results of effects under way (DeadlinePolicy::effects),
  /// commit, flush, leave. Any thread. Then step on until stopped().
  void RequestStop();
  bool stopped() const;

  WorkerStatus status() const;

  /// Where programs reach this process (text without '@'): the group tells whoever asks for the
  /// owner of a row. REQUIRES: before the first Step().
  void Advertise(std::string address);

  /// What queries read. Outlives the worker for as long as somebody holds it.
  std::shared_ptr<const TaskBoard> board() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace evenkeel
