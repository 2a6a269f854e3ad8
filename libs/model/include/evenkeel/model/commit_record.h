#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "evenkeel/base/time.h"

namespace evenkeel {

/// Where one input of a task stands: the first offset of the task's partition of `topic` that is
/// not processed.
struct InputNext {
  std::string topic;
  std::int64_t next = 0;

  friend bool operator==(const InputNext&, const InputNext&) = default;
};

/// What a task knew of one global topic: the first offset not seen.
struct GlobalRevision {
  std::string topic;
  std::int64_t revision = 0;

  friend bool operator==(const GlobalRevision&, const GlobalRevision&) = default;
};

/// A timer's place in the order (due, key, name) in which timers fire.
struct TimerPosition {
  TimeMs due;
  std::string key;   ///< Of the state that the timer belongs to.
  std::string name;  ///< Unique within the state.

  friend auto operator<=>(const TimerPosition&, const TimerPosition&) = default;
};

/// The work of a task between two points of time and order. In this order it processed: the local
/// events; then the first `timers_fired` due timers; then the records between the previous slice's
/// ends and `ends`, merged by (record timestamp, topic name).
struct SliceRecord {
  /// Wall clock: the `now` of everything in the slice. Event clock: where the task's clock stood at
  /// the end of the slice.
  TimeMs as_of;
  std::vector<InputNext> ends;  ///< Only inputs that moved, sorted by topic.
  std::uint32_t timers_fired = 0;
  std::optional<TimerPosition> timer_cursor;  ///< The last timer that fired.
  std::vector<GlobalRevision> globals;        ///< All of them, sorted by topic.
  std::vector<std::string> local_events;      ///< Results of effects, as they came.

  friend bool operator==(const SliceRecord&, const SliceRecord&) = default;
};

/// Records that were gone before they were read, skipped by an operator's order: [from, to).
struct AcceptedGap {
  std::string topic;
  std::int64_t from = 0;
  std::int64_t to = 0;
  std::string accepted_by;

  friend bool operator==(const AcceptedGap&, const AcceptedGap&) = default;
};

/// One transaction of one task, written inside it to the task's changelog partition and journal. It
/// is the authority at restore, and with the inputs all that is needed to compute everything again.
struct CommitRecord {
  std::uint32_t format = 1;

  // Which task of which deployment.
  std::string deployment;
  std::string cluster_id;
  std::string changelog_topic;
  std::int32_t row = 0;
  std::int32_t row_count = 0;
  std::uint64_t task_epoch = 0;  ///< Rises when a task is rebuilt from its inputs on purpose.
  std::string app_version;       ///< Of the program that wrote the record.

  std::uint64_t sequence = 0;  ///< Of the task's transactions: 1, 2, 3, …

  // After the transaction.
  std::vector<InputNext> inputs;  ///< Every input, sorted by topic; also those no longer read.
  TimeMs as_of;
  TimeMs last_tick;  ///< Under `advance: to_tick`: of the last tick processed; 0 before the first.
  std::uint64_t chain_sequence = 0;  ///< Length of the task's hash chain.
  std::string chain_head;            ///< Empty before the first link.

  /// Rolls on over the transaction's outputs and states: SHA-256 of the previous digest, the
  /// outputs in order, and the changelog's entries in order.
  std::string digest;

  // What the transaction did.
  std::uint64_t records_in = 0;
  std::uint64_t records_out = 0;  ///< Changelog and journal not counted.
  std::uint64_t dead_letters = 0;
  std::uint64_t states_written = 0;
  std::uint64_t states_deleted = 0;
  std::vector<SliceRecord> slices;
  std::vector<AcceptedGap> accepted_gaps;

  friend bool operator==(const CommitRecord&, const CommitRecord&) = default;
};

}  // namespace evenkeel
