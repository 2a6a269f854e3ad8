// The life of the worker's rows: restored, opened, stopped and tried again, given up.

#include <algorithm>
#include <utility>

#include "task_view.h"
#include "worker_impl.h"

namespace evenkeel {

void Worker::Impl::AdvanceRows() {
  auto restoring = std::count_if(rows_.begin(), rows_.end(),
                                 [](const auto& entry) { return entry.second.restore != nullptr; });
  for (auto& [row, it] : rows_) {
    if (it.is_leaving) continue;
    if (it.restore != nullptr && it.restore->done()) {
      TakeRestored(row, it);
      --restoring;
    }
    if (it.restored && globals_.ready() && globals_.Covers(it.restored->globals)) {
      OpenTask(row, it);
    }
    // Only now: what else the poll brought may have taken the row away.
    if (it.task != nullptr && it.stop_reason.ok() && std::exchange(it.needs_start, false)) {
      requests_.Forget(row);  // Watermarks asked before belong to an earlier start.
      it.task->Start(*session_);
    }
    const bool is_idle = it.restore == nullptr && !it.restored && it.task == nullptr;
    const bool has_turn = restoring < static_cast<std::ptrdiff_t>(options_.store.restores_max);
    if (is_idle && has_turn && now_.monotonic >= it.retry_at) {
      BeginRestore(row, it);
      ++restoring;
    }
  }
}

void Worker::Impl::BeginRestore(Partition row, Row& it) {
  board_->Hide(row, TaskPhase::kRestoring, {});
  it.restore = std::make_unique<Restore>(environment_, ports_.stores, row, it.plan);
  it.restore->Begin(*session_, requests_, now_);
}

void Worker::Impl::TakeRestored(Partition row, Row& it) {
  it.restore->Cancel(*session_);
  const std::unique_ptr<Restore> restore = std::move(it.restore);
  if (!restore->status().ok()) return StopTask(row, it, restore->status());
  it.plan = {};
  it.stopped = {};
  it.restored = restore->Take();
}

void Worker::Impl::OpenTask(Partition row, Row& it) {
  it.task = std::make_unique<Task>(environment_, row, std::move(*it.restored));
  it.restored.reset();
  OpenedTask view(*processor_, *it.task);
  if (Status opened = processor_->OnTaskOpened(view); !opened.ok()) {
    return StopTask(row, it, opened.WithContext("opening the task"));
  }
  std::vector<Effect> effects = view.TakeEffects();
  counters_.effects += effects.size();
  if (!effects.empty()) ports_.effects.Execute(row, std::move(effects));
  for (std::uint32_t i = 0; it.is_paused && i < options_.inputs.size(); ++i) {
    session_->ResumeInput(i, row);
  }
  it.is_paused = false;
  it.needs_start = true;
}

void Worker::Impl::CloseTask(Partition row, Row& it, bool in_order) {
  // First: a view that is the last to go closes the store.
  board_->Hide(row, TaskPhase::kRestoring, {});
  it.shown = 0;
  if (it.task != nullptr) {
    processor_->OnTaskClosed(row);
    ports_.effects.Forget(row);
    // What is not flushed comes back from the changelog.
    if (in_order) it.task->Flush().IgnoreError();
  }
  if (it.restore != nullptr && in_order) it.restore->Cancel(*session_);
  it.task.reset();
  it.restore.reset();
  it.restored.reset();
  it.needs_start = false;
  requests_.Forget(row);
}

// Somebody else is about to close the store, or the log is: no reason to wait long. A task that ran
// into its error will most likely do so again, and undoes the work of its neighbours with it.
std::chrono::milliseconds Worker::Impl::RetryDelay(Row& it, const Status& why, bool was_running) {
  constexpr std::chrono::milliseconds kSoon{100};
  constexpr int kDoublingsMax = 5;
  if (why.retryable()) return kSoon;
  if (!was_running) return options_.deadlines.task_retry;
  return options_.deadlines.task_retry * (1 << std::min(it.failures++, kDoublingsMax));
}

void Worker::Impl::StopTask(Partition row, Row& it, Status why) {
  const bool was_running = it.task != nullptr;
  CloseTask(row, it, /*in_order=*/true);
  for (std::uint32_t i = 0; was_running && i < options_.inputs.size(); ++i) {
    session_->PauseInput(i, row);
  }
  it.is_paused = it.is_paused || was_running;
  it.stop_reason = {};
  it.retry_at = now_.monotonic + RetryDelay(it, why, was_running);
  it.stopped = std::move(why);
  board_->Hide(row, TaskPhase::kStopped, it.stopped);
}

// --- giving up ---

void Worker::Impl::LeaveRows(const std::vector<Partition>& rows) {
  is_releasing_ = true;
  for (const Partition row : rows) {
    const auto found = rows_.find(row);
    if (found == rows_.end()) continue;
    found->second.is_leaving = true;
    board_->Hide(row, TaskPhase::kRestoring, {});
  }
}

void Worker::Impl::ReleaseIfDue() {
  if (!is_releasing_ || transaction_->phase() != Transaction::Phase::kNone) return;
  for (auto it = rows_.begin(); it != rows_.end();) {
    if (!it->second.is_leaving) {
      ++it;
      continue;
    }
    CloseTask(it->first, it->second, /*in_order=*/true);
    board_->Remove(it->first);
    it = rows_.erase(it);
  }
  is_releasing_ = false;
  has_lost_rows_ = false;
  session_->ReleaseRows();
}

// Asked before results are taken: with none open, all of them are there to take.
void Worker::Impl::HoldEffects() {
  if (!stop_requested_) return;
  if (!std::exchange(is_holding_, true)) {
    ports_.effects.Hold();
    effects_until_ = now_.monotonic + options_.deadlines.effects;
  }
  has_open_effects_ = ports_.effects.open() > 0;
}

bool Worker::Impl::AwaitsEffects() const {
  if (!is_holding_ || !is_ready_ || now_.monotonic >= effects_until_) return false;
  return has_open_effects_ || std::any_of(rows_.begin(), rows_.end(), [](const auto& entry) {
           const Row& it = entry.second;
           return it.task != nullptr && it.stop_reason.ok() && it.task->NextLocalEvent() != nullptr;
         });
}

void Worker::Impl::StopIfDue() {
  if (!stop_requested_ || stopped_) return;
  if (session_ != nullptr) {
    if (!is_holding_ || AwaitsEffects()) return;
    if (transaction_->phase() != Transaction::Phase::kNone) return;
    for (auto& [row, it] : rows_) CloseTask(row, it, /*in_order=*/true);
    rows_.clear();
    board_->Clear();
    if (is_ready_) session_->Leave();
    transaction_.reset();
    session_.reset();
  }
  stopped_ = true;
}

// --- odds and ends of a turn ---

Worker::Impl::Row* Worker::Impl::RowOfReader(ReaderId reader) {
  for (auto& [row, it] : rows_) {
    if (it.restore != nullptr && it.restore->reader() == reader) return &it;
  }
  return nullptr;
}

void Worker::Impl::TakeEffectResults() {
  std::vector<std::pair<Partition, std::string>> posted;
  {
    const std::lock_guard lock(posted_mutex_);
    posted.swap(posted_);
  }
  for (auto& [row, event] : posted) {
    const auto found = rows_.find(row);
    if (found != rows_.end() && found->second.task != nullptr) {
      found->second.task->AddLocalEvent(std::move(event));
    } else {
      ++counters_.effect_results_dropped;
    }
  }
}

void Worker::Impl::TendTasks() {
  for (auto& [row, it] : rows_) {
    if (it.task == nullptr) continue;
    if (!it.stop_reason.ok() && !it.task->is_touched()) {
      StopTask(row, it, it.stop_reason);
      continue;
    }
    it.task->Regulate(*session_);
    it.task->states().Trim();
    for (const std::uint32_t input : it.task->order().WatermarksToAsk()) {
      requests_.Add(session_->QueryWatermarks({options_.inputs[input].topic, row}),
                    {.kind = Requests::Kind::kTickWatermark,
                     .row = row,
                     .index = input,
                     .asked = now_.monotonic});
    }
    if (Status flushed = it.task->FlushIfDue(now_); !flushed.ok()) {
      it.plan.wipes_store = true;
      it.stop_reason = std::move(flushed);
    }
  }
}

// What queries see: the last transaction that is in the store.
void Worker::Impl::ShowTasks() {
  constexpr std::chrono::milliseconds kLagInterval{100};
  const bool is_lag_due = now_.monotonic - lag_shown_ >= kLagInterval;
  if (is_lag_due) lag_shown_ = now_.monotonic;
  for (auto& [row, it] : rows_) {
    if (it.task == nullptr || it.is_leaving || !it.stop_reason.ok()) continue;
    const std::uint64_t current = it.task->applied().sequence + 1;
    if (it.shown == current && !is_lag_due) continue;
    it.shown = current;
    board_->Show(row, {.view = it.task->view(), .lag_records = it.task->Lag(*session_)});
  }
}

}  // namespace evenkeel
