#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "evenkeel/base/result.h"
#include "evenkeel/engine/slice_context.h"
#include "evenkeel/log/session.h"
#include "evenkeel/model/clock_mode.h"
#include "evenkeel/model/commit_record.h"

namespace evenkeel {

enum class EventAdvance : std::uint8_t {
  kRecords,  ///< A task goes on while every clock-moving input has a record or is at its end.
  kToTick,   ///< Never beyond the last tick: a closed loop is exactly repeatable.
};

struct ClockOptions {
  ClockMode mode = ClockMode::kWall;
  EventAdvance advance = EventAdvance::kRecords;  ///< Event clock only.
  /// Wall clock: with the log's time further away than this, nothing is processed.
  std::chrono::milliseconds max_skew{60'000};
};

struct InputOptions {
  std::string topic;
  /// Event clock: whether its records move stream time (signals, outcomes and ticks do; receipts
  /// and verdicts do not).
  bool moves_clock = true;
  /// The ticks of `advance: to_tick`. Exactly one input there; it moves the clock.
  bool is_tick = false;
};

/// When an open transaction is committed: whatever comes first.
struct CommitPolicy {
  std::chrono::milliseconds interval{100};
  /// Instead of `interval` while a row of the worker could go on at once after its turn: a state
  /// that changes ten times in a transaction is written once. Below `interval`, `interval` counts.
  std::chrono::milliseconds backlog_interval{1000};
  /// After SliceContext::CommitSoon(), and at least this long after the previous commit began. With
  /// a backlog `interval` counts instead.
  std::chrono::milliseconds soon{20};
  std::size_t max_records = 50'000;        ///< Records and timers.
  std::size_t max_bytes = 32 << 20;        ///< Produced, and of states that will be.
  std::size_t max_slices_per_task = 2000;  ///< Bounds the commit record.
};

/// Bounds of one Step() and of what is read ahead.
struct IntakePolicy {
  std::size_t poll_records = 2000;        ///< Per Step().
  std::size_t slice_records = 1000;       ///< Per slice.
  std::uint32_t timers_per_slice = 1000;  ///< Per slice.
  /// Read ahead by all tasks of the worker, with what it costs to hold it. Beyond, inputs that hold
  /// something are paused, until half of it is left. A pause throws away what the log's client has
  /// fetched: rare and long is better than short and often.
  std::size_t read_ahead_bytes = 64 << 20;
  std::size_t pending_output_bytes = 8 << 20;  ///< Not yet taken by the log; then intake waits.
  /// Records that the worker processes, on average; up to a second's worth at once after a pause.
  /// 0: as many as it can. Timers wait with the records, until the next may be processed.
  std::int64_t records_per_second = 0;
};

struct StorePolicy {
  std::string directory;  ///< Shared by the workers of a process; must exist.
  std::size_t flush_bytes = 32 << 20;
  std::chrono::milliseconds flush_age{5'000};
  /// `delete.retention.ms` of the changelog. A store older than half of it is not used: the
  /// changelog may have forgotten deletions since.
  std::chrono::milliseconds changelog_delete_retention{24 * 3600 * 1000};
  /// Changelogs that a worker reads at the same time; other rows wait for their turn.
  std::size_t restores_max = 8;
  /// Memory for states kept decoded between transactions, over all tasks of the worker. 0: none.
  std::size_t cache_bytes = 128 << 20;
};

struct DeadlinePolicy {
  /// A commit or abort unanswered for longer ends the worker.
  std::chrono::milliseconds transaction{20'000};
  /// Other requests, while the log is reachable.
  std::chrono::milliseconds request{60'000};
  /// At the end, for the results of effects under way; beyond, they come again at the next start.
  std::chrono::milliseconds effects{5'000};
  /// A stopped task is tried again after this; one that fails again and again, up to 32 times it.
  std::chrono::milliseconds task_retry{10'000};
};

/// The bytes of a commit record (libs/codec has them).
struct CommitRecordCodec {
  std::function<std::string(const CommitRecord&)> encode;
  std::function<Result<CommitRecord>(std::string_view)> decode;
};

struct WorkerOptions {
  std::string deployment;   ///< One prefix of names, one deployment.
  std::string cluster_id;   ///< LogCluster::ClusterId().
  std::string app_version;  ///< A store written by another version has its timers derived again.
  std::uint64_t task_epoch = 1;  ///< Of tasks that are born now.

  std::string transactional_id;  ///< Unique to this worker, stable over restarts.
  std::string group;
  std::string instance_id;  ///< Static membership: unique to this worker, stable over restarts.
  std::chrono::milliseconds session_timeout{15'000};
  std::chrono::milliseconds transaction_timeout{10'000};

  Partition row_count = 0;           ///< Partitions of every input and of the changelog.
  std::vector<InputOptions> inputs;  ///< At least one. Index = LogRecord::stream.
  std::vector<std::string> globals;  ///< Topics of one partition.
  std::string changelog_topic;       ///< Also the lead topic of the group.
  std::optional<std::string> journal_topic;

  ClockOptions clock;
  CommitPolicy commit;
  IntakePolicy intake;
  StorePolicy store;
  DeadlinePolicy deadlines;
  EngineLimits limits;
  CommitRecordCodec codec;
};

/// Names the value that is wrong and the remedy.
Status CheckOptions(const WorkerOptions& options);

}  // namespace evenkeel
