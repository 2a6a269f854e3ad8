#include "ingest/log_follower.h"

#include <algorithm>
#include <chrono>

namespace evenkeel {
namespace {

// Of ticks only the time counts; a retry of the last ones should still be told.
constexpr Offset kTickDepth = 16;

}  // namespace

LogFollower::LogFollower(const Options& options, const TimeZoneDatabase& zones, RepeatIndex& index,
                         const Logger& logger)
    : options_(options),
      index_(index),
      logger_(logger),
      shelf_(zones, options.bundles),
      decoder_(options.decoder) {}

void LogFollower::Begin(LogSession& session) {
  session_ = &session;
  sources_.clear();
  asked_.clear();
  readers_.clear();
  places_.clear();
  is_measured_ = false;
  index_.Clear();
  sources_.push_back({.where = {options_.bundles_topic, 0}, .topic = std::nullopt});
  for (std::uint32_t topic = 0; topic < options_.topics.size(); ++topic) {
    const Topic& each = options_.topics[topic];
    for (Partition p = 0; p < each.partitions; ++p) {
      sources_.push_back({.where = {each.name, p}, .topic = topic});
    }
  }
  behind_ = sources_.size();
  for (std::size_t i = 0; i < sources_.size(); ++i) {
    places_[sources_[i].where] = i;
    asked_[session.QueryWatermarks(sources_[i].where)] = i;
  }
}

Status LogFollower::OnEvent(const LogEvent& event) {
  if (const auto* marks = std::get_if<WatermarksDone>(&event)) {
    const auto found = asked_.find(marks->request);
    if (found == asked_.end()) return {};
    EVENKEEL_RETURN_IF_ERROR(marks->status);
    sources_[found->second].low = marks->low;
    sources_[found->second].high = marks->high;
    asked_.erase(found);
    if (asked_.empty()) OpenReaders();
  } else if (const auto* end = std::get_if<ReaderAtEnd>(&event)) {
    OnEnd(*end);
  } else if (const auto* failed = std::get_if<ReaderFailed>(&event)) {
    return failed->status;
  }
  return {};
}

Offset LogFollower::TailStart(const Source& source, Offset depth) const {
  if (!source.topic) return source.low;
  if (options_.topics[*source.topic].is_tick) depth = kTickDepth;
  return std::max(source.low, source.high - depth);
}

/// The deepest tail that fits: with it, short partitions leave room to long ones.
Offset LogFollower::TailDepth() const {
  Offset least = 0;
  auto most = static_cast<Offset>(options_.tail_max);
  while (least < most) {
    const Offset depth = (least + most + 1) / 2;
    Offset records = 0;
    for (const Source& source : sources_) {
      if (source.topic) records += source.high - TailStart(source, depth);
    }
    if (records <= static_cast<Offset>(options_.tail_max)) {
      least = depth;
    } else {
      most = depth - 1;
    }
  }
  return least;
}

void LogFollower::OpenReaders() {
  is_measured_ = true;
  const Offset depth = TailDepth();
  for (std::size_t i = 0; i < sources_.size(); ++i) {
    Source& source = sources_[i];
    source.next = TailStart(source, depth);
    readers_[session_->OpenReader(source.where, source.next)] = i;
  }
}

void LogFollower::OnEnd(const ReaderAtEnd& end) {
  const auto found = readers_.find(end.reader);
  if (found == readers_.end()) return;
  Source& source = sources_[found->second];
  // Below it, somebody's transaction is still open.
  if (!source.is_behind || end.offset < source.high) return;
  source.is_behind = false;
  --behind_;
}

void LogFollower::OnRecord(const LogRecord& record) {
  const auto found = readers_.find(record.stream);
  if (found == readers_.end()) return;
  Source& source = sources_[found->second];
  if (!source.topic) return OnBundle(record);
  while (!source.ours.empty() && source.ours.front() < record.offset) source.ours.pop_front();
  if (!source.ours.empty() && source.ours.front() == record.offset) return;
  OnSignal(source, record);
}

void LogFollower::OnBundle(const LogRecord& record) {
  const Status status = shelf_.Apply(record.key.value_or(""), record.value);
  if (status.ok()) return;
  logger_.Write(LogSeverity::kError, "ingest",
                "bundle refused; the one before, if any, stays in force",
                {{"reason", PublicText(status.message())}});
}

void LogFollower::OnSignal(Source& source, const LogRecord& record) {
  OnTime(*source.topic, record.timestamp);
  // What cannot be read is the decider's to judge; nobody can repeat it here.
  const auto failure = decoder_.Decode({.partition = record.partition,
                                        .timestamp = record.timestamp,
                                        .key = record.key,
                                        .value = record.value,
                                        .headers = record.headers},
                                       decoded_);
  if (failure) return;
  const Signal& signal = decoded_.signal;
  index_.Add(EventKeyOf(signal.source, signal.id),
             {{*source.topic, record.partition, record.offset}, signal.content_hash},
             std::chrono::steady_clock::now());
}

void LogFollower::OnWritten(const TopicPartition& where, const std::vector<Offset>& offsets) {
  Source& source = sources_[places_.at(where)];
  source.ours.insert(source.ours.end(), offsets.begin(), offsets.end());
}

void LogFollower::OnTime(std::uint32_t topic, TimeMs timestamp) {
  if (!IsWithinBounds(timestamp)) return;
  newest_ = std::max(newest_.value_or(timestamp), timestamp);
  if (options_.topics[topic].is_tick) tick_ = std::max(tick_.value_or(timestamp), timestamp);
}

std::optional<TimeMs> LogFollower::time() const {
  return options_.ticks_pace && tick_ ? tick_ : newest_;
}

std::optional<std::uint32_t> LogFollower::TopicOf(const std::string& name) const {
  for (std::uint32_t i = 0; i < options_.topics.size(); ++i) {
    if (options_.topics[i].name == name) return i;
  }
  return std::nullopt;
}

}  // namespace evenkeel
