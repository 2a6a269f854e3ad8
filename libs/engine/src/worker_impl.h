#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "clock_guard.h"
#include "globals.h"
#include "intake_rate.h"
#include "requests.h"
#include "restore.h"
#include "task.h"
#include "transaction.h"

#include "evenkeel/engine/worker.h"

namespace evenkeel {

/// The parts of a worker: its session and membership (worker_session.cc), the life of its rows
/// (worker_rows.cc), slices and transactions (worker_transaction.cc); worker.cc is one turn.
class Worker::Impl {
 public:
  Impl(Ports ports, WorkerOptions options, std::unique_ptr<Processor> processor);
  ~Impl();

  Status Step(Now now);
  void Wait(std::chrono::milliseconds max);
  void PostEffectResult(Partition row, std::string event);
  void RequestStop() { stop_requested_ = true; }
  bool stopped() const { return stopped_; }
  WorkerStatus status() const;
  std::shared_ptr<const TaskBoard> board() const { return board_; }
  void Advertise(std::string address) { address_ = std::move(address); }

 private:
  /// One row that the group gave us: being restored, restored and waiting for globals, running, or
  /// stopped; exactly one of restore, restored and task is there unless it is stopped.
  struct Row {
    std::unique_ptr<Restore> restore;
    std::optional<RestoredTask> restored;
    std::unique_ptr<Task> task;

    bool is_leaving = false;  ///< Revoked or lost.
    Status stop_reason;       ///< An error: stop the task as soon as nothing of it is open.
    Status stopped;           ///< An error: stopped.
    MonotonicTime retry_at;
    int failures = 0;          ///< Times that it ran and was stopped, since its last commit.
    Restore::Plan plan;        ///< For the next restore.
    bool is_paused = false;    ///< All inputs, while stopped.
    bool needs_start = false;  ///< The task was rolled back, or is new.
    std::uint64_t shown = 0;   ///< Sequence + 1 of what queries see; 0: nothing.
  };

  // --- worker_session.cc ---
  void OpenSession();
  void DropSession(Status why, bool was_fenced);
  Status Poll();
  void TakeRecords();
  Status TakeEvents();
  Status On(const InitDone& event);
  Status On(const RowsAssigned& event);
  Status On(const RowsRevoked& event);
  Status On(const RowsLost& event);
  Status On(const RowStarted& event);
  Status On(const InputAtEnd& event);
  Status On(const ReaderAtEnd& event);
  Status On(const ReaderFailed& event);
  Status On(const InputFailed& event);
  Status On(const TransactionDone& event);
  Status On(const CommittedDone& event);
  Status On(const WatermarksDone& event);
  Status On(const Connectivity& event);
  Status On(const SessionFailed& event);
  Status CheckFences() const;
  Status CheckDeadlines();

  // --- worker_rows.cc ---
  void AdvanceRows();
  void BeginRestore(Partition row, Row& it);
  void TakeRestored(Partition row, Row& it);
  void OpenTask(Partition row, Row& it);
  void CloseTask(Partition row, Row& it, bool in_order);
  void StopTask(Partition row, Row& it, Status why);
  std::chrono::milliseconds RetryDelay(Row& it, const Status& why, bool was_running);
  void LeaveRows(const std::vector<Partition>& rows);
  void ReleaseIfDue();
  void HoldEffects();
  bool AwaitsEffects() const;
  void StopIfDue();
  Row* RowOfReader(ReaderId reader);
  void TakeEffectResults();
  void TendTasks();
  void ShowTasks();

  // --- worker_transaction.cc ---
  bool TakesWork();
  void RunSlices();
  bool RunSlice(Partition row, Row& it);
  bool MustCommit();
  bool IsTimeToCommit(bool is_wanted_soon);
  bool IsBehind();
  void MoveTransaction();
  void SealTransaction();
  void AbortTransaction(std::optional<std::pair<Partition, Status>> culprit);
  void OnAcknowledged(const TransactionDone& done);
  void OnAborted(const Status& why);

  const WorkerOptions options_;
  Ports ports_;
  std::unique_ptr<Processor> processor_;
  WorkerCounters counters_;
  const std::shared_ptr<TaskBoard> board_;
  std::string address_;
  ReadAhead read_ahead_;
  StateCache state_cache_;
  TaskEnvironment environment_;
  Globals globals_;
  ClockGuard clock_guard_;

  Now now_{};
  std::unique_ptr<LogSession> session_;
  std::optional<Transaction> transaction_;  ///< As long as the session.
  Requests requests_;
  LogPoll poll_;
  bool is_ready_ = false;  ///< InitDone.
  bool is_reachable_ = true;
  Status session_error_;  ///< An error: replace the session at the end of this turn.
  bool session_fenced_ = false;
  MonotonicTime reopen_at_;
  std::chrono::milliseconds reopen_delay_{0};
  std::deque<MonotonicTime> fences_;
  Status health_;
  Status clock_status_;

  std::map<Partition, Row> rows_;
  bool is_releasing_ = false;
  bool has_lost_rows_ = false;
  Partition turn_ = 0;  ///< The row whose turn it is first.

  std::vector<std::pair<Partition, Status>> culprits_;  ///< To stop once the abort is done.
  MonotonicTime last_commit_;
  MonotonicTime lag_shown_;
  MonotonicTime intake_after_;  ///< After an abort.
  IntakeRate intake_rate_;
  int aborts_in_a_row_ = 0;

  bool is_holding_ = false;  ///< No effect begins any more, since a stop was asked for.
  bool has_open_effects_ = false;
  MonotonicTime effects_until_;
  std::atomic<bool> stop_requested_{false};
  std::atomic<bool> stopped_{false};
  std::mutex posted_mutex_;
  std::vector<std::pair<Partition, std::string>> posted_;  ///< Guarded by posted_mutex_.
};

}  // namespace evenkeel
