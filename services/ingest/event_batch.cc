#include "ingest/event_batch.h"

#include <utility>

#include "ingest/event_intake.h"

#include "evenkeel/base/hash.h"

namespace evenkeel {
namespace {

constexpr std::size_t kProblemsMax = 100;
// Stands in where the log has no time yet and the event has its own: only its year is looked at.
constexpr TimeMs kSomeTime{1'600'000'000'000};

std::string FieldOf(DecodeError error) {
  switch (error) {
    case DecodeError::kMissingId:
      return "id";
    case DecodeError::kMissingSource:
      return "source";
    case DecodeError::kMissingType:
    case DecodeError::kUnknownType:
      return "type";
    case DecodeError::kMissingCustomer:
    case DecodeError::kBadCustomer:
    case DecodeError::kKeyMismatch:
      return "subject";
    case DecodeError::kBadTime:
    case DecodeError::kAbsurdTime:
      return "time";
    case DecodeError::kUnsupportedContentType:
      return "datacontenttype";
    case DecodeError::kBadEnvelope:
      return "specversion";
    default:
      return "data";
  }
}

/// Of a row, what an attribute of its event comes from.
RowOrigin OriginOf(const SourceMapping::Origins& origins, const std::string& attribute) {
  if (attribute == "id") return origins.id;
  if (attribute == "source") return origins.source;
  if (attribute == "subject") return origins.customer;
  if (attribute == "time") return origins.time;
  return origins.signal;
}

bool IsTakenHere(SignalFamily family) {
  return family != SignalFamily::kTick && family != SignalFamily::kReceipt &&
         family != SignalFamily::kVerdict;
}

}  // namespace

EventBatch::EventBatch(const EventIntake& intake)
    : intake_(intake),
      is_event_clock_(intake.options().deployment.clock == ClockMode::kEvent),
      default_time_(intake.DefaultTime()),
      decoder_({.clock = intake.options().deployment.clock,
                .partition_count = 0,
                .record_max_bytes = intake.options().record_max_bytes}) {}

std::optional<DecodeFailure> EventBatch::Decode(const EncodedRecord& record, Partition partition) {
  const std::vector<RecordHeader> headers = HeaderViews(record);
  const bool has_key = !record.key.empty();
  return decoder_.Decode(
      {.partition = partition,
       .timestamp = default_time_.value_or(kSomeTime),
       .key = has_key ? std::optional<std::string_view>(record.key) : std::nullopt,
       .value = record.value,
       .headers = headers},
      decoded_);
}

void EventBatch::Add(EncodedRecord record, bool has_time, const SourceMapping::Origins* origins) {
  const auto complain = [&](const std::string& attribute, std::string reason, std::string message) {
    if (origins == nullptr) return Complain(attribute, std::move(reason), std::move(message));
    Complain(OriginOf(*origins, attribute), std::move(reason), std::move(message));
  };
  if (is_event_clock_ && !has_time && !default_time_) {
    return complain("time", "missing_time",
                    "the event has no time, and nothing on the log has one yet: send a time, or a "
                    "tick first");
  }
  if (const auto failure = Decode(record, 0)) {
    return complain(FieldOf(failure->error), std::string(DecodeErrorName(failure->error)),
                    failure->detail);
  }
  const Signal& signal = decoded_.signal;
  if (!IsTakenHere(signal.family)) {
    return complain("type", "not_taken_here", "events of this type do not come by this door");
  }
  record.key = signal.customer.value();
  const Partition partition = PartitionOf(record.key, intake_.options().deployment.row_count);
  Append(std::move(record), intake_.TopicOf(signal.family), partition);
}

void EventBatch::AddTick(EncodedRecord record, Partition partition) {
  if (const auto failure = Decode(record, partition)) {
    return Complain("time", std::string(DecodeErrorName(failure->error)), failure->detail);
  }
  Append(std::move(record), intake_.options().deployment.names().Ticks(), partition);
}

void EventBatch::Append(EncodedRecord record, std::string topic, Partition partition) {
  const Signal& signal = decoded_.signal;
  IngestEvent& event = events_.emplace_back();
  event.id = signal.id;
  event.topic = std::move(topic);
  event.partition = partition;
  if (is_event_clock_) event.timestamp = signal.event_time;
  event.key = EventKeyOf(signal.source, signal.id);
  event.content = signal.content_hash;
  event.record = std::move(record);
  ++count_;
}

void EventBatch::Skip() {
  events_.emplace_back().is_skipped = true;
  ++count_;
}

void EventBatch::Complain(std::string field, std::string reason, std::string message) {
  Complain({count_, std::move(field), std::move(reason), std::move(message)});
}

void EventBatch::Complain(const RowOrigin& origin, std::string reason, std::string message) {
  Complain({count_, std::string(origin.field.empty() ? "data" : origin.field), std::move(reason),
            std::move(message), std::string(origin.key)});
}

void EventBatch::Complain(EventProblem problem) {
  if (problems_.size() < kProblemsMax) problems_.push_back(std::move(problem));
  ++bad_;
  ++count_;
}

Taken<std::vector<IngestEvent>> EventBatch::Take() {
  if (problems_.empty()) return std::move(events_);
  RequestProblem problem = BadEvents(std::move(problems_), count_);
  if (bad_ > kProblemsMax) {
    problem.message = std::to_string(bad_) + " of " + std::to_string(count_) +
                      " events cannot be taken; nothing was written; the first " +
                      std::to_string(kProblemsMax) + " are told";
  }
  return problem;
}

}  // namespace evenkeel
