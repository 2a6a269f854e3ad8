#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "evenkeel/base/result.h"
#include "evenkeel/base/time.h"
#include "evenkeel/engine/slice_context.h"
#include "evenkeel/log/record.h"

namespace evenkeel {

/// What a task keeps for one key, decoded. The engine decodes it, keeps it while a transaction is
/// open, encodes it when the transaction commits and throws it away when the transaction aborts.
/// After the commit it may keep the object that it wrote, or decode the bytes again: a processor
/// must not be able to tell.
class StateObject {
 public:
  StateObject() = default;
  StateObject(const StateObject&) = delete;
  StateObject& operator=(const StateObject&) = delete;
  virtual ~StateObject() = default;

  /// Names the layout that the bytes follow; 0 if they need none to be understood.
  virtual std::uint64_t layout() const { return 0; }

  /// Appends the bytes of this state to `out`. Equal states append equal bytes.
  virtual void EncodeTo(std::string& out) const = 0;

  /// Roughly what it takes in memory, given that EncodeTo() wrote `encoded` bytes. Asked at every
  /// commit, so cheap; too much rather than too little.
  virtual std::size_t MemoryBytes(std::size_t encoded) const = 0;
};

/// Takes the timers of one state.
class TimerSink {
 public:
  virtual ~TimerSink() = default;

  /// `name` is unique within the state; the same name again replaces nothing: do not repeat it.
  virtual void Add(TimeMs due, std::string_view name) = 0;
};

/// A timer that is due.
struct Timer {
  TimeMs due;
  std::string_view key;
  std::string_view name;
};

/// A record of a global topic.
struct GlobalRecord {
  std::size_t global = 0;  ///< Index into WorkerOptions::globals.
  Offset offset = 0;
  TimeMs timestamp;
  std::optional<std::string_view> key;
  std::optional<std::string_view> value;
  std::span<const RecordHeader> headers;
};

/// What a service does with the records of its tasks. The engine calls it, commits what it did
/// exactly once, and restores it after any failure.
///
/// **It must be a function** of its arguments, the states, the globals and `SliceContext`: no
/// clock, no random device, no memory of its own that outlives a slice (caches of what can be
/// computed again apart). After an abort the same work comes again, perhaps cut into other slices.
///
/// An error returned from a callback means "this task cannot go on": the engine undoes the
/// transaction, stops the task and raises the alarm. A record that cannot be understood is not an
/// error: SliceContext::DeadLetter() it and return OK.
///
/// Thread-safety: belongs to one worker; called on its thread only.
class Processor {
 public:
  Processor() = default;
  Processor(const Processor&) = delete;
  Processor& operator=(const Processor&) = delete;
  virtual ~Processor() = default;

  // --- inside a slice ---

  /// `record.stream` is the index into WorkerOptions::inputs. The record's views live for the call,
  /// and until the next CloseWave().
  virtual Status OnRecord(SliceContext& context, const LogRecord& record) = 0;

  /// A timer of a state is due. On return (or at the latest after the next CloseWave()) the state
  /// must not have this timer any more, with this due time; else the task is stopped, since the
  /// timer would fire for ever.
  virtual Status OnTimer(SliceContext& context, const Timer& timer) = 0;

  /// The result of an effect, as given to Worker::PostEffectResult().
  virtual Status OnLocalEvent(SliceContext& context, std::string_view event) = 0;

  /// All staged work must be done on return: states marked dirty, outputs emitted. Called at the
  /// end of every slice and, under the event clock, before every advance of the clock, so that a
  /// wave never sees two times and results do not depend on how records are cut into slices.
  virtual Status CloseWave(SliceContext& context) = 0;

  // --- states ---

  /// Decodes what EncodeTo() wrote. An error stops the task: it is never caused by input.
  virtual Result<std::unique_ptr<StateObject>> DecodeState(std::string_view key,
                                                           std::uint64_t layout,
                                                           std::string_view bytes) = 0;
  virtual std::unique_ptr<StateObject> NewState(std::string_view key) = 0;

  /// Reports all timers of `state`. Called whenever it changed; depends on nothing else.
  virtual void TimersOf(std::string_view key, const StateObject& state, TimerSink& timers) = 0;

  /// The bytes that describe `layout`, written to the changelog before the first state that uses
  /// it.
  virtual std::string LayoutBytes(std::uint64_t /*layout*/) { return {}; }

  /// A layout found in the changelog. Called before any state that uses it is decoded; may repeat.
  virtual Status OnLayout(std::uint64_t /*layout*/, std::string_view /*bytes*/) { return {}; }

  // --- order ---

  /// Under `advance: to_tick`, inputs that do not move the clock enter at a tick in the order of
  /// these keys (ties: topic, then offset).
  virtual std::string OrderKeyOf(const LogRecord& /*record*/) { return {}; }

  // --- life of a task ---

  /// `task` is restored and about to start. May look at states and hand out effects again.
  virtual Status OnTaskOpened(TaskView& /*task*/) { return {}; }

  /// Everything of `row` since its last commit is acknowledged.
  virtual void OnTaskCommitted(Partition /*row*/) {}

  /// Everything of `row` since its last commit is undone; it starts again from there.
  virtual void OnTaskRolledBack(Partition /*row*/) {}

  /// `row` is no longer ours. Called once for every OnTaskOpened().
  virtual void OnTaskClosed(Partition /*row*/) {}

  // --- globals ---

  /// Never called inside a slice. May repeat a record after a reconnection.
  virtual void OnGlobalRecord(const GlobalRecord& /*record*/) {}

  /// All globals are read to their end; before the first call no task opens. Called again after
  /// later records, once they are at the end again.
  virtual void OnGlobalsAtEnd() {}
};

}  // namespace evenkeel
