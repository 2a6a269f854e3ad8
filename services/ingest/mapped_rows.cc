// The part of EventIntake that maps rows.

#include <utility>

#include "ingest/event_batch.h"
#include "ingest/event_intake.h"
#include "ingest/json_text.h"

#include "evenkeel/base/hash.h"
#include "evenkeel/codec/rfc3339.h"
#include "evenkeel/codec/signal_encoder.h"

namespace evenkeel {
namespace {

/// The rows of a request, one JSON object a line.
Taken<std::string> LinesOf(const HttpRequest& request) {
  const std::string type = MediaTypeOf(request.content_type);
  if (type == "application/x-ndjson" || type == "application/jsonl") return request.body;
  if (type != "application/json") {
    return RequestProblem{.status = 415,
                          .message = "content-type " + request.content_type +
                                     " is not known here; send application/json (an object or a "
                                     "list), application/x-ndjson or CloudEvents"};
  }
  if (const auto problem = FindJsonProblem(request.body)) {
    return RequestProblem{.message = "the body is " + *problem};
  }
  return JsonItemsAsLines(request.body);
}

/// Rows of JSON lines through a mapping.
class RowMapper {
 public:
  RowMapper(const SourceMapping& mapping, std::size_t batch_max, EventBatch& batch)
      : mapping_(mapping), batch_max_(batch_max), batch_(batch) {}

  /// How many rows there were that are too many.
  std::size_t over() const { return over_; }

  /// Returns what is wrong with all of it, if anything is.
  std::optional<RequestProblem> Add(std::string_view lines, const std::string& digest,
                                    const std::optional<TimeMs>& time) {
    MemorySource bytes(lines);
    const auto rows = mapping_.Read(bytes, "body");
    while (true) {
      const Result<bool> more = rows->Next();
      if (!more.ok()) return RequestProblem{.message = more.status().message()};
      if (!*more) return std::nullopt;
      if (batch_.count() == batch_max_) {
        ++over_;  // Only counted, to be told.
      } else if (rows->error().empty()) {
        AddRow(*rows, digest, time);
      } else {
        batch_.Complain(RowOrigin{}, "malformed_row", rows->error());
      }
    }
  }

 private:
  void AddRow(const RowReader& rows, const std::string& digest, const std::optional<TimeMs>& time) {
    mapping_.Map(rows.values(), {digest, rows.line(), time}, row_);
    if (row_.kind == MappedRow::Kind::kSkipped) return batch_.Skip();
    if (row_.kind == MappedRow::Kind::kDeadLetter) {
      return batch_.Complain(row_.origin, row_.reason, row_.detail);
    }
    std::string fault;
    Result<EncodedRecord> encoded = EncodeSignal(row_.signal, row_.payload, &fault);
    if (!encoded.ok()) {
      return batch_.Complain(mapping_.OriginOf(row_, fault), "bad_value",
                             encoded.status().message());
    }
    if (!row_.has_time) {
      // It happened at the record's timestamp: a repeat that comes later says the same.
      std::erase_if(encoded->headers, [](const auto& header) { return header.first == "ce_time"; });
    }
    const SourceMapping::Origins origins = mapping_.OriginsOf(row_);
    batch_.Add(*std::move(encoded), row_.has_time, &origins);
  }

  const SourceMapping& mapping_;
  const std::size_t batch_max_;
  EventBatch& batch_;
  std::size_t over_ = 0;
  MappedRow row_;
};

/// What the rows of an event are called that have no id of their own.
std::string DigestOf(const CloudEvent& event) {
  Sha256Stream digest;
  digest.UpdateField(event.Attribute("source"));
  digest.UpdateField(event.Attribute("id"));
  return ToHex(digest.Finish());
}

std::optional<RequestProblem> AddEvent(const CloudEvent& event, EventBatch& batch,
                                       RowMapper& mapper) {
  if (const auto problem = FindJsonProblem(event.record.value)) {
    batch.Complain("data", "undecodable", "the data are " + *problem);
    return std::nullopt;
  }
  std::optional<TimeMs> time = batch.default_time();
  if (const std::string_view own = event.Attribute("time"); !own.empty()) {
    time = ParseRfc3339(own);
    if (!time) {
      batch.Complain("time", "bad_time", "the event's time is not RFC 3339");
      return std::nullopt;
    }
  }
  return mapper.Add(JsonItemsAsLines(event.record.value), DigestOf(event), time);
}

}  // namespace

Taken<std::vector<IngestEvent>> EventIntake::TakeRows(const HttpRequest& request,
                                                      const SourceMapping& mapping) const {
  if (mapping.format() != "json_lines") {
    return RequestProblem{.status = 415,
                          .message = "the source " + mapping.name() +
                                     " reads CSV; load files with `evenkeel signals load`"};
  }
  EventBatch batch(*this);
  RowMapper mapper(mapping, options_.batch_max, batch);
  if (!IsCloudEvent(request)) {
    auto lines = LinesOf(request);
    if (auto* problem = std::get_if<RequestProblem>(&lines)) return std::move(*problem);
    auto problem =
        mapper.Add(std::get<0>(lines), ToHex(Sha256(request.body)), batch.default_time());
    if (problem) return *std::move(problem);
  } else {
    auto read = ReadCloudEvents(request, options_.batch_max);
    if (auto* problem = std::get_if<RequestProblem>(&read)) return std::move(*problem);
    for (const CloudEvent& event : std::get<0>(read)) {
      if (auto problem = AddEvent(event, batch, mapper)) return *std::move(problem);
    }
  }
  if (mapper.over() > 0) return BatchTooLarge(batch.count() + mapper.over(), options_.batch_max);
  return batch.Take();
}

}  // namespace evenkeel
