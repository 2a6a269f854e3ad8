// Slices and the transaction they share. Commit overlap (slices of the next transaction while one
// is being committed) would begin here: TakesWork() while kCommitting, with a second overlay.

#include <algorithm>
#include <utility>

#include "slice.h"
#include "worker_impl.h"

#include "evenkeel/base/check.h"

namespace evenkeel {

bool Worker::Impl::TakesWork() {
  return is_ready_ && (!stop_requested_ || AwaitsEffects()) && !is_releasing_ &&
         clock_status_.ok() && transaction_->takes_work() && !transaction_->refusal() &&
         now_.monotonic >= intake_after_ && intake_rate_.available() > 0 &&
         transaction_->queued_bytes() < options_.intake.pending_output_bytes;
}

void Worker::Impl::RunSlices() {
  std::vector<Partition> order;
  order.reserve(rows_.size());
  for (const auto& [row, it] : rows_) order.push_back(row);
  const auto first = std::lower_bound(order.begin(), order.end(), turn_);
  std::rotate(order.begin(), first, order.end());
  if (order.size() > 1) turn_ = order[1];
  for (const Partition row : order) {
    transaction_->Pump();
    if (!TakesWork() || MustCommit() || !RunSlice(row, rows_.at(row))) return;
  }
}

// False if the transaction has to be aborted.
bool Worker::Impl::RunSlice(Partition row, Row& it) {
  if (it.task == nullptr || !it.stop_reason.ok() || it.is_leaving) return true;
  // At the end, only results of effects come in.
  Result<bool> has_work =
      is_holding_ ? it.task->NextLocalEvent() != nullptr : it.task->HasWork(now_.wall);
  Status status = has_work.status();
  if (status.ok() && !*has_work) return true;
  if (status.ok()) {
    transaction_->Open(now_.monotonic);
    Slice slice(environment_, *it.task, *transaction_, globals_.named_revisions(),
                globals_.revisions());
    const std::uint64_t before = counters_.records;
    const IntakePolicy& intake = options_.intake;
    status = is_holding_ ? slice.Run(now_.wall, 0, 0)
                         : slice.Run(now_.wall, intake.timers_per_slice,
                                     std::min(intake.slice_records, intake_rate_.available()));
    intake_rate_.Take(counters_.records - before);
  }
  if (status.ok()) return true;
  if (status.code() == StatusCode::kDataLoss) it.plan.wipes_store = true;
  it.stop_reason = status;
  if (transaction_->phase() == Transaction::Phase::kOpen) {
    AbortTransaction(std::pair(row, std::move(status)));
  }
  return false;
}

// Whether a task could go on at once. After a turn of slices that is a backlog.
bool Worker::Impl::IsBehind() {
  return TakesWork() && std::any_of(rows_.begin(), rows_.end(), [&](auto& entry) {
           Row& it = entry.second;
           if (it.task == nullptr || it.is_leaving) return false;
           const Result<bool> has_work = it.task->HasWork(now_.wall);
           return has_work.ok() && *has_work;
         });
}

bool Worker::Impl::MustCommit() {
  if (transaction_->phase() != Transaction::Phase::kOpen) return false;
  const CommitPolicy& policy = options_.commit;
  if (stop_requested_ || is_releasing_) return true;
  // Under the event clock, who sees the committed positions concludes that all up to them is done:
  // timers that are late already belong to the transaction that set them.
  bool is_done = true;
  bool is_wanted_soon = false;
  std::uint64_t events = 0;
  std::size_t bytes = transaction_->produced_bytes();
  for (const auto& [row, it] : rows_) {
    const TaskWork* work = it.task != nullptr ? it.task->open_work() : nullptr;
    if (work == nullptr) continue;
    events += work->records_in + work->timers_fired;
    bytes += it.task->states().touched_bytes();
    const bool is_full = work->slices.size() >= policy.max_slices_per_task ||
                         work->slice_bytes >= kSliceBytesPerCommit;
    if (is_full || !it.stop_reason.ok()) return true;
    is_wanted_soon = is_wanted_soon || work->commit_soon;
    is_done = is_done && !it.task->HasLateTimer();
  }
  if (events >= policy.max_records || bytes >= policy.max_bytes) return true;
  return is_done && IsTimeToCommit(is_wanted_soon);
}

// With a backlog work waits longer; what is wanted soon, as long as other work does without one.
bool Worker::Impl::IsTimeToCommit(bool is_wanted_soon) {
  const CommitPolicy& policy = options_.commit;
  const auto age = now_.monotonic - transaction_->opened_at();
  const bool has_waited = age >= policy.interval;
  if (has_waited && (is_wanted_soon || age >= policy.backlog_interval)) return true;
  const bool is_soon = is_wanted_soon && now_.monotonic - last_commit_ >= policy.soon;
  return (has_waited || is_soon) && !IsBehind();
}

void Worker::Impl::MoveTransaction() {
  const bool is_pending = transaction_->phase() == Transaction::Phase::kOpen ||
                          transaction_->phase() == Transaction::Phase::kSealed;
  if (!is_pending) return;
  const bool is_handed = transaction_->Pump();
  if (const auto& refusal = transaction_->refusal()) {
    return AbortTransaction(std::pair(refusal->row, refusal->status));
  }
  if (has_lost_rows_) return AbortTransaction(std::nullopt);
  if (transaction_->phase() == Transaction::Phase::kOpen) {
    if (MustCommit()) SealTransaction();
    return;
  }
  if (!is_handed) return;
  std::vector<InputPosition> positions;
  for (auto& [row, it] : rows_) {
    if (it.task != nullptr && it.task->is_touched()) it.task->AppendPositions(positions);
  }
  transaction_->Commit(positions, now_.monotonic);
}

void Worker::Impl::SealTransaction() {
  for (auto& [row, it] : rows_) {
    if (it.task == nullptr || !it.task->is_touched()) continue;
    if (Status sealed = it.task->Seal(*transaction_); !sealed.ok()) {
      return AbortTransaction(std::pair(row, std::move(sealed)));
    }
  }
  last_commit_ = now_.monotonic;
  transaction_->Seal(now_.monotonic);
  MoveTransaction();
}

void Worker::Impl::AbortTransaction(std::optional<std::pair<Partition, Status>> culprit) {
  if (culprit) culprits_.push_back(std::move(*culprit));
  transaction_->Abort(now_.monotonic);
}

Status Worker::Impl::On(const TransactionDone& event) {
  if (event.request != transaction_->request()) return {};
  const bool was_commit = transaction_->phase() == Transaction::Phase::kCommitting;
  switch (event.outcome) {
    case CommitOutcome::kAcknowledged:
      EVENKEEL_CHECK(was_commit);
      OnAcknowledged(event);
      return {};
    case CommitOutcome::kAborted:
      OnAborted(event.status);
      return {};
    case CommitOutcome::kUnknown:
    case CommitOutcome::kFenced:
      break;
  }
  session_fenced_ = event.outcome == CommitOutcome::kFenced;
  session_error_ =
      event.status.ok() ? Unavailable("the outcome of a transaction is not known") : event.status;
  return {};
}

void Worker::Impl::OnAcknowledged(const TransactionDone& done) {
  counters_.commit_time += now_.monotonic - transaction_->asked_at();
  ++counters_.commits;
  aborts_in_a_row_ = 0;
  health_ = {};
  reopen_delay_ = std::chrono::milliseconds(0);
  board_->Proven(transaction_->opened_at());
  transaction_->End();
  for (auto& [row, it] : rows_) {
    if (it.task == nullptr || !it.task->is_touched()) continue;
    const TopicPartition changelog{options_.changelog_topic, row};
    const auto last =
        std::find_if(done.last_produced.begin(), done.last_produced.end(),
                     [&](const LastProduced& produced) { return produced.where == changelog; });
    EVENKEEL_CHECK(last != done.last_produced.end());
    Result<std::vector<Effect>> effects = it.task->Acknowledge(last->offset, now_.wall);
    processor_->OnTaskCommitted(row);
    if (!effects.ok()) {
      // The log has it; the store does not. It is read back, and the effects with it.
      it.plan.wipes_store = true;
      it.stop_reason = effects.status();
      continue;
    }
    it.failures = 0;
    counters_.effects += effects->size();
    if (!effects->empty()) ports_.effects.Execute(row, std::move(effects).value());
  }
}

void Worker::Impl::OnAborted(const Status& why) {
  ++counters_.aborts;
  constexpr int kDoublingsMax = 9;
  const std::chrono::milliseconds pause(10 << std::min(aborts_in_a_row_++, kDoublingsMax));
  intake_after_ = now_.monotonic + pause;
  if (!why.ok()) health_ = why;
  transaction_->End();
  for (auto& [row, it] : rows_) {
    if (it.task == nullptr || !it.task->is_touched()) continue;
    it.task->Rollback();
    processor_->OnTaskRolledBack(row);
    it.needs_start = true;
  }
  for (auto& [row, status] : std::exchange(culprits_, {})) {
    const auto found = rows_.find(row);
    if (found != rows_.end() && found->second.stop_reason.ok()) {
      found->second.stop_reason = std::move(status);
    }
  }
}

}  // namespace evenkeel
