#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>

#include "evenkeel/base/result.h"
#include "evenkeel/base/time.h"
#include "evenkeel/engine/worker_status.h"
#include "evenkeel/log/record.h"
#include "evenkeel/state/store_view.h"

namespace evenkeel {

/// What a worker shows of its tasks to threads that answer queries.
///
/// It vouches for what it shows only as long as it can know that its rows are its own. A worker
/// that has not polled for `patience` (half the session timeout), or cannot reach the log for so
/// long, may have been replaced. When it comes back (SIGCONT) it is not told at once: so it stays
/// doubtful until a transaction that began after the pause was acknowledged, or the group had
/// `patience` to take the rows away.
///
/// Thread-safety: any thread reads; the worker's writes.
class TaskBoard {
 public:
  explicit TaskBoard(std::chrono::milliseconds patience) : patience_(patience) {}
  TaskBoard(const TaskBoard&) = delete;
  TaskBoard& operator=(const TaskBoard&) = delete;

  /// A running task.
  struct Task {
    std::shared_ptr<const StoreView> view;  ///< Let go of it soon (see StoreView).
    std::int64_t lag_records = 0;  ///< Of its inputs, not committed by it, as far as it has heard.
  };

  /// The task of `row` at monotonic time `now`. Ask again (and throw the answer away on an error)
  /// just before answering: the process may have been stopped meanwhile.
  /// Errors: kNotFound (not a row of this worker), kUnavailable (being restored or handed over,
  /// stopped, or in doubt) with a sentence that says which.
  Result<Task> Find(Partition row, MonotonicTime now) const;

  // --- the worker's ---

  /// Begins a turn.
  void Turn(MonotonicTime now, bool is_log_reachable);
  /// A transaction that began at `begun` was acknowledged: the rows were ours then.
  void Proven(MonotonicTime begun);
  /// `row` is ours and cannot be read now. `status`: why, where it stopped.
  void Hide(Partition row, TaskPhase phase, const Status& status);
  void Show(Partition row, Task task);
  /// `row` is no longer ours.
  void Remove(Partition row);
  /// No row is ours; those that come are of a new session, so nothing older puts them in doubt.
  void Clear();

 private:
  struct Entry {
    TaskPhase phase = TaskPhase::kRestoring;
    Status status;
    Task task;
  };

  Status CheckTrust(MonotonicTime now) const;

  const std::chrono::milliseconds patience_;
  mutable std::mutex mutex_;
  // Guarded by mutex_.
  std::map<Partition, Entry> rows_;
  MonotonicTime turned_at_;
  MonotonicTime reached_at_;     ///< The log, last.
  MonotonicTime doubted_since_;  ///< The end of the last long pause.
  MonotonicTime doubted_until_;
};

}  // namespace evenkeel
