// The worker and its session: opening, what Poll() brings, losing it.

#include <algorithm>
#include <utility>

#include "worker_impl.h"

namespace evenkeel {
namespace {

constexpr std::chrono::milliseconds kReopenDelayMin{50};
constexpr std::chrono::milliseconds kReopenDelayMax{5'000};
constexpr std::size_t kFencesMax = 3;
constexpr std::chrono::seconds kFenceSpan{60};

}  // namespace

void Worker::Impl::OpenSession() {
  if (now_.monotonic < reopen_at_) return;
  SessionOptions options{.transactional_id = options_.transactional_id,
                         .membership = GroupMembership{.group = options_.group,
                                                       .instance_id = options_.instance_id,
                                                       .lead_topic = options_.changelog_topic,
                                                       .session_timeout = options_.session_timeout,
                                                       .address = address_},
                         .transaction_timeout = options_.transaction_timeout};
  for (const InputOptions& input : options_.inputs) options.inputs.push_back(input.topic);
  Result<std::unique_ptr<LogSession>> opened = ports_.cluster.OpenSession(std::move(options));
  if (!opened.ok()) return DropSession(opened.status().WithContext("opening a session"), false);
  session_ = std::move(opened).value();
  transaction_.emplace(*session_);
  ++counters_.sessions;
  requests_.Add(session_->Init(), {.kind = Requests::Kind::kInit, .asked = now_.monotonic});
}

// Whatever was open may have been committed or not. The log knows; the next session reads it.
void Worker::Impl::DropSession(Status why, bool was_fenced) {
  if (was_fenced) {
    ++counters_.fences;
    fences_.push_back(now_.monotonic);
  }
  health_ = std::move(why);
  for (auto& [row, it] : rows_) CloseTask(row, it, /*in_order=*/false);
  rows_.clear();
  board_->Clear();
  requests_ = Requests();
  transaction_.reset();
  session_.reset();
  is_ready_ = false;
  is_reachable_ = true;
  is_releasing_ = false;
  has_lost_rows_ = false;
  session_fenced_ = false;
  culprits_.clear();
  reopen_at_ = now_.monotonic + reopen_delay_;
  reopen_delay_ = std::clamp(reopen_delay_ * 2, kReopenDelayMin, kReopenDelayMax);
}

Status Worker::Impl::Poll() {
  poll_.clear();
  session_->Poll(options_.intake.poll_records, poll_);
  TakeRecords();
  EVENKEEL_RETURN_IF_ERROR(TakeEvents());
  globals_.Settle();
  clock_status_ = clock_guard_.Check(now_);
  return {};
}

void Worker::Impl::TakeRecords() {
  for (LogRecord& record : poll_.records) {
    const auto found = rows_.find(record.partition);
    if (found == rows_.end() || found->second.task == nullptr) continue;
    MergeBuffer& buffer = found->second.task->buffer();
    clock_guard_.Sample(record.timestamp, buffer.at_end(record.stream), now_);
    if (!buffer.Push(std::move(record))) ++counters_.repeats_dropped;
  }
  for (const LogRecord& record : poll_.reader_records) {
    if (globals_.OnRecord(record)) continue;
    if (Row* row = RowOfReader(record.stream)) row->restore->OnRecord(record, now_);
  }
}

// Ends and starts first: an end that is reported next to the news that makes a row start again
// belongs to the time before.
Status Worker::Impl::TakeEvents() {
  const auto is_early = [](const LogEvent& event) {
    return std::holds_alternative<InputAtEnd>(event) || std::holds_alternative<RowStarted>(event);
  };
  for (const bool early : {true, false}) {
    for (const LogEvent& event : poll_.events) {
      if (is_early(event) != early) continue;
      EVENKEEL_RETURN_IF_ERROR(std::visit([&](const auto& it) { return On(it); }, event));
    }
  }
  return {};
}

Status Worker::Impl::On(const InitDone& event) {
  if (!requests_.Take(event.request)) return {};
  if (event.status.ok()) {
    is_ready_ = true;
    health_ = {};
    globals_.Begin(*session_, requests_, now_);
    return {};
  }
  session_error_ = event.status.WithContext("taking over the transactional id");
  return event.status.retryable() || session_fenced_ ? Status() : session_error_;
}

Status Worker::Impl::On(const RowsAssigned& event) {
  for (const Partition row : event.rows) {
    rows_[row] = Row();
    board_->Hide(row, TaskPhase::kRestoring, {});  // Or it waits for its turn to be.
  }
  return {};
}

Status Worker::Impl::On(const RowsRevoked& event) {
  LeaveRows(event.rows);
  return {};
}

Status Worker::Impl::On(const RowsLost& event) {
  has_lost_rows_ = true;
  LeaveRows(event.rows);
  return {};
}

Status Worker::Impl::On(const RowStarted& event) {
  if (!event.status.ok()) {
    session_error_ = event.status.WithContext("starting row " + std::to_string(event.row));
    return {};
  }
  const auto found = rows_.find(event.row);
  if (found != rows_.end() && found->second.task != nullptr) found->second.task->OnStarted();
  return {};
}

Status Worker::Impl::On(const InputAtEnd& event) {
  const auto found = rows_.find(event.row);
  if (found == rows_.end() || found->second.task == nullptr) return {};
  found->second.task->OnAtEnd(event.input, event.offset);
  return {};
}

Status Worker::Impl::On(const ReaderAtEnd& event) {
  if (globals_.OnAtEnd(event.reader, event.offset)) return {};
  if (Row* row = RowOfReader(event.reader)) {
    row->restore->OnAtEnd(event.offset, *session_, requests_, now_);
  }
  return {};
}

Status Worker::Impl::On(const ReaderFailed& event) {
  if (globals_.OnReaderFailed(event.reader, *session_, requests_, now_)) return {};
  if (Row* row = RowOfReader(event.reader)) row->restore->OnReaderFailed(event.status, *session_);
  return {};
}

Status Worker::Impl::On(const InputFailed& event) {
  const auto found = rows_.find(event.row);
  if (found == rows_.end() || found->second.task == nullptr) return {};
  Row& row = found->second;
  row.plan.gap_input = event.input;
  row.stop_reason = event.status.code() == StatusCode::kOutOfRange
                        ? GapStatus({options_.inputs[event.input].topic, event.row}, event.position,
                                    event.log_start)
                        : event.status;
  return {};
}

Status Worker::Impl::On(const CommittedDone& event) {
  if (!requests_.Take(event.request)) return {};
  Row& row = rows_.at(event.row);
  if (row.restore != nullptr) row.restore->OnCommitted(event, *session_, requests_, now_);
  return {};
}

Status Worker::Impl::On(const WatermarksDone& event) {
  const std::optional<Requests::Request> request = requests_.Take(event.request);
  if (!request) return {};
  if (request->kind == Requests::Kind::kGlobalWatermark) {
    if (event.status.ok()) {
      globals_.OnWatermarks(request->index, event, *session_);
    } else {
      session_error_ = event.status.WithContext(options_.globals[request->index]);
    }
    return {};
  }
  Row& row = rows_.at(request->row);
  if (request->kind == Requests::Kind::kRestoreWatermark && row.restore != nullptr) {
    row.restore->OnWatermarks(request->index, event, *session_, now_);
  } else if (request->kind == Requests::Kind::kTickWatermark && row.task != nullptr) {
    if (!event.status.ok()) session_error_ = event.status.WithContext("watermarks");
    row.task->order().OnWatermark(request->index, event.high);
  }
  return {};
}

Status Worker::Impl::On(const Connectivity& event) {
  is_reachable_ = event.status.ok();
  health_ = event.status;
  requests_.Restart(now_.monotonic);
  return {};
}

Status Worker::Impl::On(const SessionFailed& event) {
  session_fenced_ = event.outcome == CommitOutcome::kFenced;
  session_error_ = event.status;
  return {};
}

Status Worker::Impl::CheckFences() const {
  if (fences_.size() < kFencesMax) return {};
  if (now_.monotonic - fences_[fences_.size() - kFencesMax] > kFenceSpan) return {};
  return FailedPrecondition("fenced " + std::to_string(kFencesMax) +
                            " times within a minute: another process seems to use our "
                            "transactional id " +
                            options_.transactional_id + " or our instance id " +
                            options_.instance_id + "; " + health_.message());
}

Status Worker::Impl::CheckDeadlines() {
  if (session_ == nullptr) return {};
  if (!is_reachable_) requests_.Restart(now_.monotonic);
  if (requests_.Age(now_.monotonic) > options_.deadlines.request) {
    return {StatusCode::kDeadlineExceeded, "the log did not answer a request in time"};
  }
  const bool is_asked = transaction_->phase() == Transaction::Phase::kSealed ||
                        transaction_->phase() == Transaction::Phase::kCommitting ||
                        transaction_->phase() == Transaction::Phase::kAborting;
  if (is_asked && now_.monotonic - transaction_->asked_at() > options_.deadlines.transaction) {
    return {StatusCode::kDeadlineExceeded, "the end of a transaction was not answered in time"};
  }
  return {};
}

}  // namespace evenkeel
