#include "slice.h"

#include <algorithm>
#include <utility>

#include "clock_time.h"
#include "transaction.h"

namespace evenkeel {
namespace {

std::size_t ApproximateBytes(const SliceRecord& slice) {
  constexpr std::size_t kNumbers = 16;
  std::size_t bytes = 2 * kNumbers;
  for (const InputNext& end : slice.ends) bytes += end.topic.size() + kNumbers;
  for (const GlobalRevision& global : slice.globals) bytes += global.topic.size() + kNumbers;
  for (const std::string& event : slice.local_events) bytes += event.size() + kNumbers;
  if (slice.timer_cursor) bytes += slice.timer_cursor->key.size() + slice.timer_cursor->name.size();
  return bytes;
}

}  // namespace

Slice::Slice(const TaskEnvironment& environment, Task& task, Transaction& transaction,
             std::span<const GlobalRevision> globals, std::span<const Offset> revisions)
    : environment_(environment),
      task_(task),
      is_event_clock_(environment.options.clock.mode == ClockMode::kEvent),
      scope_(environment, task, transaction, revisions) {
  record_.globals.assign(globals.begin(), globals.end());
}

Status Slice::Run(TimeMs wall, std::uint32_t timers_max, std::size_t records_max) {
  TaskWork& work = task_.work();
  const std::vector<Offset> before = task_.position().next;
  if (!is_event_clock_) {
    task_.position().clock = std::max(task_.position().clock, wall);
  }
  EVENKEEL_RETURN_IF_ERROR(RunLocalEvents());
  EVENKEEL_RETURN_IF_ERROR(RunTimers(timers_max));
  EVENKEEL_RETURN_IF_ERROR(RunRecords(records_max));
  EVENKEEL_RETURN_IF_ERROR(CloseWave());

  record_.as_of = task_.position().clock;
  for (std::uint32_t i = 0; i < before.size(); ++i) {
    const Offset next = task_.position().next[i];
    if (next != before[i]) record_.ends.push_back({task_.buffer().topic(i), next});
  }
  std::sort(record_.ends.begin(), record_.ends.end(),
            [](const InputNext& a, const InputNext& b) { return a.topic < b.topic; });
  work.slice_bytes += ApproximateBytes(record_);
  work.slices.push_back(std::move(record_));
  ++environment_.counters.slices;
  return {};
}

Status Slice::RunLocalEvents() {
  TaskWork& work = task_.work();
  while (const std::string* event = task_.NextLocalEvent()) {
    EVENKEEL_RETURN_IF_ERROR(environment_.processor.OnLocalEvent(scope_, *event));
    record_.local_events.push_back(*event);
    work.local_event_bytes += event->size();
    ++work.local_events;
    ++environment_.counters.local_events;
  }
  return {};
}

Status Slice::RunTimers(std::uint32_t max) {
  const TimeMs bound = task_.TimerBound(task_.position().clock);
  while (record_.timers_fired < max) {
    EVENKEEL_ASSIGN_OR_RETURN(const bool is_due, IsTimerDue(bound));
    if (!is_due) return {};
    EVENKEEL_ASSIGN_OR_RETURN(const TimerPosition* first, task_.timers().First());
    EVENKEEL_RETURN_IF_ERROR(Fire(TimerPosition(*first)));
  }
  return {};
}

Status Slice::RunRecords(std::size_t max) {
  while (records_ < max) {
    const std::optional<std::uint32_t> next = task_.order().Next();
    if (!next) return {};
    if (is_event_clock_) {
      // Timers between the clock and this record come first, in a slice that begins with them.
      EVENKEEL_ASSIGN_OR_RETURN(const bool is_due,
                                IsTimerDue(task_.TimerBound(task_.position().clock)));
      if (is_due) return {};
    }
    LogRecord record = task_.buffer().Pop(*next);
    if (is_event_clock_ && task_.buffer().moves_clock(*next)) {
      EVENKEEL_RETURN_IF_ERROR(AdvanceClock(ClockTime(record.timestamp)));
    }
    if (task_.order().is_tick(*next))
      EVENKEEL_RETURN_IF_ERROR(EnterTick(ClockTime(record.timestamp)));
    held_.push_back(std::move(record));
    EVENKEEL_RETURN_IF_ERROR(Process(held_.back()));
  }
  return {};
}

Status Slice::EnterTick(TimeMs tick) {
  const auto order_key = [&](const LogRecord& r) { return environment_.processor.OrderKeyOf(r); };
  for (LogRecord& record : task_.order().TakeOrdered(tick, order_key)) {
    held_.push_back(std::move(record));
    EVENKEEL_RETURN_IF_ERROR(Process(held_.back()));
  }
  TimeMs& last_tick = task_.position().last_tick;
  last_tick = std::max(last_tick, tick);
  return {};
}

Result<bool> Slice::IsTimerDue(TimeMs bound) {
  // Under the event clock a wave must not hide the timers that its work will set.
  if (is_event_clock_ && bound > task_.position().clock) EVENKEEL_RETURN_IF_ERROR(CloseWave());
  task_.states().RefreshTimers();
  EVENKEEL_ASSIGN_OR_RETURN(const TimerPosition* first, task_.timers().First());
  return first != nullptr && first->due < bound;
}

Status Slice::Fire(const TimerPosition& timer) {
  if (is_event_clock_) EVENKEEL_RETURN_IF_ERROR(AdvanceClock(timer.due));
  task_.timers().Suspend(timer);
  fired_.push_back(timer);
  record_.timer_cursor = timer;
  ++record_.timers_fired;
  ++task_.work().timers_fired;
  ++environment_.counters.timers;
  return environment_.processor.OnTimer(scope_, {timer.due, timer.key, timer.name});
}

Status Slice::Process(const LogRecord& record) {
  // At a tick the records of an input come in the order of their keys, all of them in this slice.
  Offset& next = task_.position().next[record.stream];
  next = std::max(next, record.offset + 1);
  TaskWork& work = task_.work();
  work.last_timestamps[record.stream] = record.timestamp;
  ++work.records_in;
  ++records_;
  ++environment_.counters.records;
  return environment_.processor.OnRecord(scope_, record);
}

Status Slice::AdvanceClock(TimeMs to) {
  TimeMs& clock = task_.position().clock;
  if (to <= clock) return {};
  EVENKEEL_RETURN_IF_ERROR(CloseWave());
  clock = to;
  return {};
}

Status Slice::CloseWave() {
  EVENKEEL_RETURN_IF_ERROR(environment_.processor.CloseWave(scope_));
  held_.clear();
  task_.states().RefreshTimers();
  for (const TimerPosition& timer : fired_) {
    if (task_.states().HasTimer(timer)) {
      return Internal("timer '" + timer.name + "' is still set with the same due time after it " +
                      "fired; it would fire for ever");
    }
  }
  fired_.clear();
  return {};
}

}  // namespace evenkeel
