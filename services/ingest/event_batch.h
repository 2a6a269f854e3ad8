#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "ingest/cloud_events.h"
#include "ingest/ingest_event.h"

#include "evenkeel/bundle/mapping.h"
#include "evenkeel/codec/signal_decoder.h"

namespace evenkeel {

class EventIntake;

/// The events of one request, as they are checked.
class EventBatch {
 public:
  explicit EventBatch(const EventIntake& intake);

  /// When events happened that do not say.
  const std::optional<TimeMs>& default_time() const { return default_time_; }
  /// Events so far, good or not.
  std::size_t count() const { return count_; }

  /// `has_time`: the event says when it happened. `origins`: of a row, where its parts come from.
  void Add(EncodedRecord record, bool has_time, const SourceMapping::Origins* origins = nullptr);
  void AddTick(EncodedRecord record, Partition partition);
  /// One that is left out.
  void Skip();
  /// One that cannot be taken.
  void Complain(std::string field, std::string reason, std::string message);
  /// A row that cannot be taken.
  void Complain(const RowOrigin& origin, std::string reason, std::string message);

  /// All of them, or what is wrong with some.
  Taken<std::vector<IngestEvent>> Take();

 private:
  void Complain(EventProblem problem);
  std::optional<DecodeFailure> Decode(const EncodedRecord& record, Partition partition);
  /// Of what is in `decoded_`.
  void Append(EncodedRecord record, std::string topic, Partition partition);

  const EventIntake& intake_;
  const bool is_event_clock_;
  const std::optional<TimeMs> default_time_;
  SignalDecoder decoder_;
  DecodedSignal decoded_;
  std::vector<IngestEvent> events_;
  std::vector<EventProblem> problems_;
  std::size_t count_ = 0;
  std::size_t bad_ = 0;
};

}  // namespace evenkeel
