#include "task.h"

#include <algorithm>
#include <utility>

#include "clock_time.h"

namespace evenkeel {

Task::Task(const TaskEnvironment& environment, Partition row, RestoredTask restored)
    : environment_(environment),
      row_(row),
      store_(std::move(restored.store)),
      layouts_(std::move(restored.layouts)),
      buffer_(environment.options, environment.read_ahead),
      order_(environment.options, buffer_),
      timers_(*store_),
      states_(*store_, environment.processor, timers_, environment.state_cache,
              environment.counters),
      applied_(std::move(restored.position)),
      current_(applied_),
      new_gaps_(std::move(restored.gaps)),
      last_timestamps_(environment.options.inputs.size(), TimeMs::Min()) {
  view_ = store_->View({applied_.clock, applied_.sequence, applied_.epoch});
}

void Task::Start(LogSession& session) {
  buffer_.ResumeAll(session, row_);
  buffer_.Reset(applied_.next);
  order_.Reset(applied_.last_tick);
  is_started_ = false;
  session.StartRow(row_, applied_.next);
}

void Task::Regulate(LogSession& session) {
  buffer_.Regulate(session, row_, [&](std::uint32_t input) { return order_.IsAwaited(input); });
}

Result<bool> Task::HasWork(TimeMs wall) {
  if (!new_gaps_.empty() && !work_) return true;
  if (NextLocalEvent() != nullptr || order_.Next()) return true;
  EVENKEEL_ASSIGN_OR_RETURN(const TimerPosition* first, timers_.First());
  return first != nullptr && first->due < TimerBound(wall);
}

bool Task::HasLateTimer() {
  if (environment_.options.clock.mode != ClockMode::kEvent) return false;
  const Result<const TimerPosition*> first = timers_.First();
  return first.ok() && *first != nullptr && (*first)->due < current_.clock;
}

TimeMs Task::TimerBound(TimeMs wall) const {
  const TimeMs clock = current_.clock;
  if (environment_.options.clock.mode == ClockMode::kWall) {
    return std::max(clock, wall) + std::chrono::milliseconds(1);  // Due now is due.
  }
  const std::optional<std::uint32_t> next = order_.Next();
  if (!next || !buffer_.moves_clock(*next)) return clock;
  return std::max(clock, ClockTime(buffer_.records(*next).front().timestamp));
}

TaskWork& Task::work() {
  if (!work_) {
    work_.emplace();
    work_->digest.UpdateField(current_.digest);
    work_->last_timestamps = last_timestamps_;
  }
  return *work_;
}

const std::string* Task::NextLocalEvent() const {
  const std::size_t taken = work_ ? work_->local_events : 0;
  const bool has_room = !work_ || work_->local_event_bytes < kLocalEventBytesPerCommit;
  return taken < local_events_.size() && has_room ? &local_events_[taken] : nullptr;
}

void Task::Rollback() {
  current_ = applied_;
  states_.Rollback();
  timers_.Rollback();
  work_.reset();
}

Status Task::FlushIfDue(Now now) {
  if (store_->unflushed_bytes() == 0) {
    unflushed_since_.reset();
    return {};
  }
  if (!unflushed_since_) unflushed_since_ = now.monotonic;
  const StorePolicy& policy = environment_.options.store;
  if (store_->unflushed_bytes() < policy.flush_bytes &&
      now.monotonic - *unflushed_since_ < policy.flush_age) {
    return {};
  }
  return store_->Flush(TaskStore::FlushMode::kBegin);
}

Offset Task::LagOf(const LogSession& session, std::uint32_t input) const {
  const Offset read =
      current_.next[input] - applied_.next[input] + static_cast<std::int64_t>(buffer_.size(input));
  const Offset end = buffer_.at_end(input) ? 0 : session.KnownEnd(input, row_).value_or(0);
  return std::max(read, end - applied_.next[input]);
}

std::int64_t Task::Lag(const LogSession& session) const {
  std::int64_t lag = 0;
  for (std::uint32_t i = 0; i < buffer_.input_count(); ++i) lag += LagOf(session, i);
  return lag;
}

void Task::FillStatus(const LogSession& session, TaskStatus& status) const {
  status.row = row_;
  status.phase = TaskPhase::kRunning;
  status.as_of = applied_.clock;
  status.sequence = applied_.sequence;
  status.chain_sequence = applied_.chain.sequence;
  status.store = store_->figures();
  for (std::uint32_t i = 0; i < buffer_.input_count(); ++i) {
    status.inputs.push_back({.topic = buffer_.topic(i),
                             .next = current_.next[i],
                             .committed = applied_.next[i],
                             .last_timestamp = last_timestamps_[i],
                             .buffered = buffer_.size(i),
                             .at_end = buffer_.at_end(i),
                             .lag = LagOf(session, i)});
  }
}

}  // namespace evenkeel
