#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "slice_scope.h"
#include "task.h"

#include "evenkeel/base/time.h"
#include "evenkeel/engine/processor.h"

namespace evenkeel {

/// One slice of one task: a bounded amount of work at one point of the task's time and order.
///
/// The path of a record, from what was read ahead to what will be committed, is in slice.cc.
class Slice {
 public:
  Slice(const TaskEnvironment& environment, Task& task, class Transaction& transaction,
        std::span<const GlobalRevision> globals, std::span<const Offset> revisions);

  /// Processes local events, then at most `timers_max` timers, then at most `records_max` records;
  /// at a tick, also those that enter with it.
  /// An error means that the task cannot go on; what the slice did must be taken back.
  Status Run(TimeMs wall, std::uint32_t timers_max, std::size_t records_max);

 private:
  Status RunLocalEvents();
  Status RunTimers(std::uint32_t max);
  Status RunRecords(std::size_t max);

  Result<bool> IsTimerDue(TimeMs bound);
  Status Fire(const TimerPosition& timer);

  Status Process(const LogRecord& record);
  Status EnterTick(TimeMs tick);
  Status AdvanceClock(TimeMs to);
  Status CloseWave();

  const TaskEnvironment& environment_;
  Task& task_;
  const bool is_event_clock_;
  SliceScope scope_;
  SliceRecord record_;
  std::vector<LogRecord> held_;       ///< Records of the open wave.
  std::vector<TimerPosition> fired_;  ///< In the open wave.
  std::size_t records_ = 0;
};

}  // namespace evenkeel
