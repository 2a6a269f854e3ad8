#pragma once

#include <map>
#include <set>
#include <string>

#include "evenkeel/base/result.h"
#include "evenkeel/model/commit_record.h"
#include "evenkeel/state/task_store.h"

namespace evenkeel {

/// The timers of a task: those of its store, with the changes of the open transaction on top.
///
/// Timers below `horizon_` are in memory; the store is read on, a bounded piece at a time, when
/// these run out.
class TimerIndex {
 public:
  explicit TimerIndex(const TaskStore& store) : store_(store) {}

  void Add(const TimerPosition& timer);
  void Remove(const TimerPosition& timer);

  /// The first timer in order that is not suspended, or null. Valid until the next call.
  Result<const TimerPosition*> First();

  /// Leaves a timer out of First() (it is firing) until it is removed, or added again.
  void Suspend(const TimerPosition& timer) { near_.erase(timer); }

  /// Adds the changes since the last commit to `batch`.
  void AppendTo(StoreBatch& batch) const;

  /// The store contains the changes now.
  void Acknowledge() { changes_.clear(); }

  /// Forgets the changes.
  void Rollback();

 private:
  Status ReadOn();

  const TaskStore& store_;
  std::map<TimerPosition, bool> changes_;  ///< True: added. False: removed.
  std::set<TimerPosition> near_;           ///< Every timer below the horizon, less the suspended.
  TimerPosition horizon_{.due = TimeMs::Min()};
  bool is_read_out_ = false;  ///< The store has nothing at or beyond the horizon.
};

}  // namespace evenkeel
