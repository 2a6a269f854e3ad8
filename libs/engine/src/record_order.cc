#include "record_order.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "clock_time.h"

namespace evenkeel {

RecordOrder::RecordOrder(const WorkerOptions& options, MergeBuffer& buffer)
    : buffer_(buffer),
      mode_(options.clock.mode),
      is_to_tick_(options.clock.mode == ClockMode::kEvent &&
                  options.clock.advance == EventAdvance::kToTick),
      high_(options.inputs.size(), 0) {
  for (std::uint32_t i = 0; i < options.inputs.size(); ++i) {
    if (options.inputs[i].is_tick) tick_ = i;
  }
}

void RecordOrder::Reset(TimeMs last_tick) {
  last_tick_ = last_tick;
  asked_ = -1;
  covered_ = -1;
  answers_missing_ = 0;
}

std::optional<std::uint32_t> RecordOrder::Next() const {
  if (mode_ == ClockMode::kWall) return buffer_.First();
  if (!is_to_tick_) {
    for (std::uint32_t i = 0; i < buffer_.input_count(); ++i) {
      const bool is_known = buffer_.size(i) > 0 || buffer_.at_end(i);
      if (buffer_.moves_clock(i) && !is_known) return std::nullopt;
    }
    return buffer_.First();
  }
  if (buffer_.size(tick_) == 0) return std::nullopt;
  const LogRecord& tick = buffer_.records(tick_).front();
  const std::optional<std::uint32_t> next = buffer_.FirstOfClock();
  for (std::uint32_t i = 0; i < buffer_.input_count(); ++i) {
    const bool matters = buffer_.moves_clock(i) || next == tick_;
    if (matters && !IsCompleteAt(i, tick)) return std::nullopt;
  }
  return next;
}

bool RecordOrder::IsCompleteAt(std::uint32_t input, const LogRecord& tick) const {
  if (input == tick_) return true;
  const std::deque<LogRecord>& records = buffer_.records(input);
  const bool reaches = buffer_.moves_clock(input)
                           ? !records.empty()
                           : std::any_of(records.begin(), records.end(), [&](const LogRecord& r) {
                               return ClockTime(r.timestamp) > last_tick_;
                             });
  return reaches || (covered_ >= tick.offset && buffer_.delivered(input) >= high_[input]);
}

bool RecordOrder::IsAwaited(std::uint32_t input) const {
  if (!is_to_tick_ || buffer_.size(tick_) == 0) return false;
  return !IsCompleteAt(input, buffer_.records(tick_).front());
}

std::vector<LogRecord> RecordOrder::TakeOrdered(
    TimeMs tick, const std::function<std::string(const LogRecord&)>& order_key) {
  struct Keyed {
    std::string key;
    LogRecord record;
  };
  std::vector<Keyed> taken;
  for (std::uint32_t i = 0; i < buffer_.input_count(); ++i) {
    if (buffer_.moves_clock(i)) continue;
    while (buffer_.size(i) > 0 && ClockTime(buffer_.records(i).front().timestamp) <= last_tick_) {
      LogRecord record = buffer_.Pop(i);
      std::string key = order_key(record);
      taken.push_back({std::move(key), std::move(record)});
    }
  }
  last_tick_ = std::max(last_tick_, tick);
  std::sort(taken.begin(), taken.end(), [&](const Keyed& a, const Keyed& b) {
    const std::string& a_topic = buffer_.topic(a.record.stream);
    const std::string& b_topic = buffer_.topic(b.record.stream);
    return std::tie(a.key, a_topic, a.record.offset) < std::tie(b.key, b_topic, b.record.offset);
  });
  std::vector<LogRecord> records;
  records.reserve(taken.size());
  for (Keyed& keyed : taken) records.push_back(std::move(keyed.record));
  return records;
}

std::vector<std::uint32_t> RecordOrder::WatermarksToAsk() {
  if (!is_to_tick_ || buffer_.size(tick_) == 0 || answers_missing_ > 0) return {};
  if (covered_ >= buffer_.records(tick_).front().offset) return {};
  asked_ = buffer_.records(tick_).back().offset;
  std::vector<std::uint32_t> inputs;
  for (std::uint32_t i = 0; i < buffer_.input_count(); ++i) {
    if (i != tick_) inputs.push_back(i);
  }
  answers_missing_ = inputs.size();
  if (inputs.empty()) covered_ = asked_;
  return inputs;
}

void RecordOrder::OnWatermark(std::uint32_t input, Offset high) {
  high_[input] = high;
  if (answers_missing_ > 0 && --answers_missing_ == 0) covered_ = asked_;
}

}  // namespace evenkeel
