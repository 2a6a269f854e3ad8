#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "merge_buffer.h"
#include "record_order.h"
#include "state_overlay.h"
#include "timer_index.h"

#include "evenkeel/base/hash.h"
#include "evenkeel/engine/processor.h"
#include "evenkeel/engine/worker_options.h"
#include "evenkeel/engine/worker_status.h"
#include "evenkeel/state/task_store.h"

namespace evenkeel {

/// Where a task stands. Rolls back as one.
struct TaskPosition {
  std::vector<Offset> next;        ///< Per input: the first offset not processed.
  std::vector<InputNext> retired;  ///< Of inputs that are no longer configured.
  TimeMs clock{0};                 ///< as_of, or the event clock.
  TimeMs last_tick{0};             ///< Under `to_tick`.
  std::uint64_t epoch = 1;
  std::uint64_t sequence = 0;
  ChainPosition chain;
  std::string digest;
};

/// What slices may add to a commit record, roughly, and local events of that: the record must fit
/// into a megabyte.
inline constexpr std::size_t kSliceBytesPerCommit = 384 * 1024;
inline constexpr std::size_t kLocalEventBytesPerCommit = 256 * 1024;

/// What a task has done since its last commit.
struct TaskWork {
  std::vector<SliceRecord> slices;
  std::vector<AcceptedGap> gaps;
  std::vector<Effect> effects;
  Sha256Stream digest;
  std::vector<TimeMs> last_timestamps;  ///< Per input.
  std::uint64_t records_in = 0;
  std::uint64_t records_out = 0;
  std::uint64_t dead_letters = 0;
  std::uint64_t timers_fired = 0;
  std::uint64_t states_written = 0;
  std::uint64_t states_deleted = 0;
  std::size_t local_events = 0;  ///< Taken from the front of the queue.
  std::size_t local_event_bytes = 0;
  std::size_t slice_bytes = 0;  ///< Of the slices in the commit record, roughly.
  bool commit_soon = false;
  StoreBatch sealed;          ///< What the store takes once acknowledged.
  std::string commit_record;  ///< As produced.
  std::vector<std::uint64_t> new_layouts;
};

class Transaction;

/// The tools that tasks of a worker share. Referenced; outlives the tasks.
struct TaskEnvironment {
  const WorkerOptions& options;
  Processor& processor;
  WorkerCounters& counters;
  ReadAhead& read_ahead;
  StateCache& state_cache;
};

/// What a restore found: the beginning of a task.
struct RestoredTask {
  std::unique_ptr<TaskStore> store;
  TaskPosition position;
  std::vector<AcceptedGap> gaps;  ///< Applied in `position`, to be recorded by the first commit.
  std::set<std::uint64_t> layouts;
  std::vector<GlobalRevision> globals;  ///< What its last slice used.
};

/// One row that is being processed: what was read ahead, the states and timers touched, the work
/// not yet committed. Slice (slice.h) moves it forward; task_commit.cc commits it or takes it back.
class Task {
 public:
  Task(const TaskEnvironment& environment, Partition row, RestoredTask restored);

  Partition row() const { return row_; }
  const TaskStore& store() const { return *store_; }

  /// The store after the last acknowledged transaction.
  const std::shared_ptr<const StoreView>& view() const { return view_; }

  /// Records of the inputs that are not in the store, as far as the session has heard of them.
  std::int64_t Lag(const LogSession& session) const;

  // --- intake ---

  /// Begins, or begins again, at the last commit.
  void Start(LogSession& session);
  void OnStarted() { is_started_ = true; }
  void OnAtEnd(std::uint32_t input, Offset offset) {
    if (is_started_) buffer_.AtEnd(input, offset);
  }
  void Regulate(LogSession& session);
  void AddLocalEvent(std::string event) { local_events_.push_back(std::move(event)); }

  /// Whether a slice at wall time `wall` would have anything to do.
  Result<bool> HasWork(TimeMs wall);

  /// Event clock: whether a timer is due that lies behind the clock already.
  bool HasLateTimer();

  /// Timers due before this fire now, given the next record.
  TimeMs TimerBound(TimeMs wall) const;

  // --- for Slice ---

  MergeBuffer& buffer() { return buffer_; }
  RecordOrder& order() { return order_; }
  StateOverlay& states() { return states_; }
  TimerIndex& timers() { return timers_; }
  TaskPosition& position() { return current_; }
  TaskWork& work();
  /// Null: none, or no more in this transaction.
  const std::string* NextLocalEvent() const;

  // --- the transaction ---

  /// True if something is to be committed.
  bool is_touched() const { return work_.has_value(); }
  const TaskWork* open_work() const { return work_ ? &*work_ : nullptr; }
  const TaskPosition& applied() const { return applied_; }

  /// What the commit must name: every input that moved and always input 0.
  void AppendPositions(std::vector<InputPosition>& out) const;

  /// Produces the changelog entries and the commit record. kResourceExhausted: a state is larger
  /// than allowed.
  Status Seal(Transaction& transaction);

  /// The transaction is in the log; its last changelog entry is at `last`. Moves the work to the
  /// store and returns its effects. An error means that the store is broken.
  Result<std::vector<Effect>> Acknowledge(Offset last, TimeMs wall);

  /// Takes back everything since the last commit.
  void Rollback();

  Status FlushIfDue(Now now);
  Status Flush() { return store_->Flush(TaskStore::FlushMode::kFinish); }

  void FillStatus(const LogSession& session, TaskStatus& status) const;

 private:
  Offset LagOf(const LogSession& session, std::uint32_t input) const;
  Status SealStates(Transaction& transaction);
  void SealEntry(Transaction& transaction, std::string key, std::optional<std::string> value);
  CommitRecord MakeCommitRecord() const;
  std::vector<InputNext> InputPositions() const;

  const TaskEnvironment& environment_;
  const Partition row_;
  std::unique_ptr<TaskStore> store_;
  std::shared_ptr<const StoreView> view_;
  std::set<std::uint64_t> layouts_;  ///< In the changelog.

  MergeBuffer buffer_;
  RecordOrder order_;
  TimerIndex timers_;
  StateOverlay states_;
  std::deque<std::string> local_events_;
  bool is_started_ = false;  ///< Else ends that are reported belong to an earlier start.

  TaskPosition applied_;  ///< As of the last acknowledged transaction.
  TaskPosition current_;
  std::vector<AcceptedGap> new_gaps_;
  std::optional<TaskWork> work_;
  bool is_first_commit_ = true;  ///< Since the task was opened.
  std::vector<TimeMs> last_timestamps_;
  std::optional<MonotonicTime> unflushed_since_;
};

}  // namespace evenkeel
