#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "evenkeel/base/status.h"
#include "evenkeel/base/time.h"
#include "evenkeel/log/record.h"
#include "evenkeel/state/task_store.h"

namespace evenkeel {

enum class TaskPhase : std::uint8_t {
  kWaitingForGlobals,  ///< Also: its last slice used a newer global than we have.
  kRestoring,
  kRunning,
  kStopped,  ///< `status` says why and what to do. Tried again from time to time.
};

std::string_view TaskPhaseName(TaskPhase phase);

struct InputStatus {
  std::string topic;
  Offset next = 0;           ///< First offset not processed.
  Offset committed = 0;      ///< First offset not processed by an acknowledged transaction.
  TimeMs last_timestamp;     ///< Of the last record processed; Min() before the first.
  std::size_t buffered = 0;  ///< Records read ahead.
  bool at_end = false;       ///< Nothing more was in the log when last heard of.
  /// Offsets between `committed` and the end, as last heard of. On Kafka markers of transactions
  /// count, too.
  Offset lag = 0;
};

struct TaskStatus {
  Partition row = 0;
  TaskPhase phase = TaskPhase::kRestoring;
  Status status;
  TimeMs as_of;
  std::uint64_t sequence = 0;
  std::uint64_t chain_sequence = 0;
  std::vector<InputStatus> inputs;
  StoreFigures store;
};

/// Monotone counts since the worker was made.
struct WorkerCounters {
  std::uint64_t records = 0;
  std::uint64_t timers = 0;
  std::uint64_t local_events = 0;
  std::uint64_t outputs = 0;
  std::uint64_t dead_letters = 0;
  std::uint64_t slices = 0;
  std::uint64_t commits = 0;
  std::uint64_t aborts = 0;
  std::uint64_t fences = 0;
  std::uint64_t sessions = 0;           ///< Opened.
  std::uint64_t repeats_dropped = 0;    ///< Records below the task's position.
  std::uint64_t offset_mismatches = 0;  ///< Group offsets that differed from the commit record.
  std::uint64_t states_cached = 0;      ///< Found decoded, first touched in a transaction.
  std::uint64_t states_loaded = 0;      ///< Looked for in the store.
  std::uint64_t restores = 0;
  std::uint64_t restored_records = 0;
  std::uint64_t stores_wiped = 0;
  std::uint64_t stores_set_aside = 0;
  std::uint64_t gaps_accepted = 0;
  std::uint64_t effects = 0;
  std::uint64_t effect_results_dropped = 0;
  std::chrono::nanoseconds commit_time{0};  ///< Sum, from commit to acknowledgement.
};

struct WorkerStatus {
  /// OK, or why nothing is processed at the moment (log not reachable, clock off, …).
  Status health;
  bool globals_read = false;
  std::size_t restoring = 0;          ///< Tasks whose changelogs are being read.
  std::size_t read_ahead_bytes = 0;   ///< Held for all tasks; bound by IntakePolicy.
  std::size_t state_cache_bytes = 0;  ///< Of states kept decoded; bound by StorePolicy.
  std::vector<TaskStatus> tasks;
  WorkerCounters counters;
};

}  // namespace evenkeel
