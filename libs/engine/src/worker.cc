#include "evenkeel/engine/worker.h"

#include <utility>

#include "worker_impl.h"

#include "evenkeel/base/check.h"

namespace evenkeel {

Worker::Impl::Impl(Ports ports, WorkerOptions options, std::unique_ptr<Processor> processor)
    : options_(std::move(options)),
      ports_(ports),
      processor_(std::move(processor)),
      board_(std::make_shared<TaskBoard>(options_.session_timeout / 2)),
      read_ahead_(options_.intake.read_ahead_bytes),
      state_cache_(options_.store.cache_bytes),
      environment_{options_, *processor_, counters_, read_ahead_, state_cache_},
      globals_(options_, *processor_),
      clock_guard_(options_.clock),
      intake_rate_(options_.intake.records_per_second) {
  EVENKEEL_CHECK(CheckOptions(options_).ok());
}

// As after a crash: nothing is flushed, nothing is given up.
Worker::Impl::~Impl() = default;

// One turn. What the log brings goes to the rows; rows with work run a slice each; the transaction
// moves a step; what is due for revocation or stop happens once no transaction is open.
Status Worker::Impl::Step(Now now) {
  now_ = now;
  intake_rate_.Advance(now.monotonic);
  if (stopped_) return {};
  if (session_ == nullptr && !stop_requested_) OpenSession();
  board_->Turn(now.monotonic, is_reachable_);
  if (session_ != nullptr) {
    EVENKEEL_RETURN_IF_ERROR(Poll());
    if (session_error_.ok()) {
      HoldEffects();
      TakeEffectResults();
      AdvanceRows();
      RunSlices();
      MoveTransaction();
      TendTasks();
      ReleaseIfDue();
    }
    if (!session_error_.ok()) DropSession(std::exchange(session_error_, {}), session_fenced_);
  }
  StopIfDue();
  ShowTasks();
  EVENKEEL_RETURN_IF_ERROR(CheckFences());
  return CheckDeadlines();
}

void Worker::Impl::Wait(std::chrono::milliseconds max) {
  if (session_ == nullptr || stopped_) return;
  const bool is_busy = is_ready_ && transaction_->takes_work() && clock_status_.ok() &&
                       std::any_of(rows_.begin(), rows_.end(), [&](auto& entry) {
                         Row& row = entry.second;
                         if (row.task == nullptr || !row.stop_reason.ok()) return false;
                         const Result<bool> has_work = row.task->HasWork(now_.wall);
                         return has_work.ok() && *has_work;
                       });
  session_->Wait(is_busy ? std::min(max, intake_rate_.Pause()) : max);
}

void Worker::Impl::PostEffectResult(Partition row, std::string event) {
  const std::lock_guard lock(posted_mutex_);
  posted_.emplace_back(row, std::move(event));
}

WorkerStatus Worker::Impl::status() const {
  WorkerStatus status{.health = health_,
                      .globals_read = globals_.ready(),
                      .read_ahead_bytes = read_ahead_.bytes(),
                      .state_cache_bytes = state_cache_.bytes(),
                      .tasks = {},
                      .counters = counters_};
  if (status.health.ok()) status.health = clock_status_;
  for (const auto& [row, it] : rows_) {
    TaskStatus& task = status.tasks.emplace_back();
    task.row = row;
    if (it.restore != nullptr) ++status.restoring;
    if (it.task != nullptr) {
      it.task->FillStatus(*session_, task);
    } else if (!it.stopped.ok()) {
      task.phase = TaskPhase::kStopped;
      task.status = it.stopped;
    } else {
      task.phase = it.restored ? TaskPhase::kWaitingForGlobals : TaskPhase::kRestoring;
    }
  }
  return status;
}

std::string_view TaskPhaseName(TaskPhase phase) {
  switch (phase) {
    case TaskPhase::kWaitingForGlobals:
      return "waiting for globals";
    case TaskPhase::kRestoring:
      return "restoring";
    case TaskPhase::kRunning:
      return "running";
    case TaskPhase::kStopped:
      return "stopped";
  }
  return "unknown";
}

Worker::Worker(Ports ports, WorkerOptions options, std::unique_ptr<Processor> processor)
    : impl_(std::make_unique<Impl>(ports, std::move(options), std::move(processor))) {}
Worker::~Worker() = default;

Status Worker::Step(Now now) { return impl_->Step(now); }
void Worker::Wait(std::chrono::milliseconds max) { impl_->Wait(max); }
void Worker::PostEffectResult(Partition row, std::string event) {
  EVENKEEL_CHECK(event.size() <= kEffectResultBytesMax);
  impl_->PostEffectResult(row, std::move(event));
}
void Worker::RequestStop() { impl_->RequestStop(); }
bool Worker::stopped() const { return impl_->stopped(); }
WorkerStatus Worker::status() const { return impl_->status(); }
void Worker::Advertise(std::string address) { impl_->Advertise(std::move(address)); }
std::shared_ptr<const TaskBoard> Worker::board() const { return impl_->board(); }

}  // namespace evenkeel
