#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "evenkeel/base/result.h"
#include "evenkeel/base/time.h"
#include "evenkeel/log/record.h"

namespace evenkeel {

class StateObject;

/// Work outside the log (a call to somebody) that may begin once the transaction is acknowledged.
struct Effect {
  std::string id;     ///< Stable: the same effect handed out again carries the same id.
  std::string bytes;  ///< Whatever the sink understands.
};

/// A record to write. Borrowed for the call.
struct Output {
  std::string_view topic;
  std::optional<std::string_view> key;
  std::optional<std::string_view> value;
  std::span<const RecordHeader> headers;
  /// Without one, the task's own row. For topics that tasks read as inputs, say it.
  std::optional<Partition> partition;
  /// Without one: under the event clock now(), under the wall clock the time of the log.
  std::optional<TimeMs> timestamp;
};

/// Bounds that the engine enforces. Check states yourself while you can still refuse the record.
struct EngineLimits {
  /// Key, value and headers of one output together.
  std::size_t output_max_bytes = 900 * 1024;
  /// What EncodeTo() may append. A state beyond it stops the task when the transaction commits.
  std::size_t state_max_bytes = 512 * 1024;
};

/// A place in a task's hash chain.
struct ChainPosition {
  std::uint64_t sequence = 0;
  std::string head;  ///< Empty before the first link.
};

/// What a Processor can see and do inside a slice. Everything done takes effect with the commit of
/// the transaction, or not at all.
///
/// Thread-safety: the worker's thread, for the duration of the callback.
class SliceContext {
 public:
  SliceContext() = default;
  SliceContext(const SliceContext&) = delete;
  SliceContext& operator=(const SliceContext&) = delete;
  virtual ~SliceContext() = default;

  // --- where and when ---

  virtual Partition row() const = 0;
  virtual Partition row_count() const = 0;
  virtual std::uint64_t task_epoch() const = 0;

  /// Sequence of the transaction under way, once it is committed. Where the cut of transactions
  /// must not show, do not use it.
  virtual std::uint64_t transaction_sequence() const = 0;

  /// The time by which to decide. Wall clock: the slice's as_of. Event clock: the running maximum
  /// of the timestamps of clock-moving records, the one in hand included; for a timer, its due time
  /// (never earlier than what was now() before). Never goes back within a task.
  virtual TimeMs now() const = 0;

  /// Wall clock: when the slice began, for all of it. Event clock: the same as now().
  virtual TimeMs as_of() const = 0;

  /// The first offset not seen of each of WorkerOptions::globals.
  virtual std::span<const Offset> global_revisions() const = 0;

  virtual const EngineLimits& limits() const = 0;

  // --- states ---

  /// The state of `key`, or null. The pointer lives until the end of the slice. Errors: kDataLoss
  /// (hand it back from the callback).
  virtual Result<StateObject*> FindState(std::string_view key) = 0;

  /// As FindState(), or a Processor::NewState(), which exists from MarkDirty() on.
  virtual Result<StateObject*> GetOrCreateState(std::string_view key) = 0;

  /// The state of `key`, found or created in this slice, was or will be changed in this callback.
  virtual void MarkDirty(std::string_view key) = 0;

  /// Deletes the state of `key` with its timers. Pointers to it are void.
  virtual Status DeleteState(std::string_view key) = 0;

  // --- outputs ---

  /// Writes a record. kResourceExhausted: beyond EngineLimits::output_max_bytes; nothing was
  /// written, and the caller chooses what to do instead (shorten, dead-letter, count).
  virtual Status Emit(const Output& output) = 0;

  /// Writes `record` to `<topic>.dlq` with its key, value, headers and coordinates. `reason` is a
  /// code of a closed set (`undecodable`, `unknown_type`, …), `detail` a sentence without personal
  /// data. Values too large for a record are cut to 64 KiB, with their SHA-256.
  virtual void DeadLetter(const LogRecord& record, std::string_view reason,
                          std::string_view detail) = 0;

  /// Handed to the EffectSink once the transaction is acknowledged.
  virtual void HandOut(Effect effect) = 0;

  /// Somebody waits for what was emitted: commit as soon as the policy allows.
  virtual void CommitSoon() = 0;

  // --- the task's hash chain ---

  virtual const ChainPosition& chain() const = 0;

  /// Adds a link: the sequence rises by one. `head` is at most 64 bytes.
  virtual void AdvanceChain(std::string_view head) = 0;
};

/// A task between slices, restored. Nothing can be changed.
class TaskView {
 public:
  TaskView() = default;
  TaskView(const TaskView&) = delete;
  TaskView& operator=(const TaskView&) = delete;
  virtual ~TaskView() = default;

  virtual Partition row() const = 0;
  virtual std::uint64_t task_epoch() const = 0;
  virtual TimeMs as_of() const = 0;

  /// Calls `visit` for every state in the order of its key, until it returns an error.
  using StateVisitor = std::function<Status(std::string_view key, const StateObject& state)>;
  virtual Status ForEachState(const StateVisitor& visit) = 0;

  /// Hands an effect out again whose result the task does not have. At once: it was committed.
  virtual void HandOut(Effect effect) = 0;
};

}  // namespace evenkeel
