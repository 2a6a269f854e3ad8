#include "ingest/event_intake.h"

#include <utility>

#include "ingest/event_batch.h"
#include "ingest/json_text.h"
#include <nlohmann/json.hpp>

#include "evenkeel/codec/rfc3339.h"
#include "evenkeel/codec/signal_encoder.h"

namespace evenkeel {
namespace {

constexpr std::string_view kTickSource = "urn:evenkeel:ingest";

}  // namespace

std::string EventIntake::TopicOf(SignalFamily family) const {
  if (family == SignalFamily::kForget) return TopicOf(SignalFamily::kProfile);
  const auto found = options_.family_topics.find(std::string(FamilyName(family)));
  if (found != options_.family_topics.end()) {
    return options_.deployment.names().Signals(found->second);
  }
  return options_.deployment.SignalTopic(family);
}

Taken<std::vector<IngestEvent>> EventIntake::TakeEvents(const HttpRequest& request) const {
  if (!IsCloudEvent(request)) {
    return RequestProblem{
        .status = 415,
        .message =
            "this is no CloudEvent: send ce- headers, or content-type "
            "application/cloudevents+json or application/cloudevents-batch+json; JSON of "
            "your own shape goes to /v1/events/<source of the bundle's sources.yaml>"};
  }
  auto read = ReadCloudEvents(request, options_.batch_max);
  if (auto* problem = std::get_if<RequestProblem>(&read)) return std::move(*problem);
  EventBatch batch(*this);
  for (CloudEvent& event : std::get<0>(read)) {
    const bool has_time = !event.Attribute("time").empty();
    batch.Add(std::move(event.record), has_time);
  }
  return batch.Take();
}

Taken<std::vector<IngestEvent>> EventIntake::TakeTick(const HttpRequest& request) const {
  if (MediaTypeOf(request.content_type) != "application/json") {
    return RequestProblem{.status = 415, .message = "send a tick as application/json"};
  }
  if (const auto problem = FindJsonProblem(request.body)) {
    return RequestProblem{.message = "the body is " + *problem};
  }
  const nlohmann::json body = nlohmann::json::parse(request.body);
  std::optional<TimeMs> until;
  if (body.is_object() && body.size() == 1 && body.contains("time") && body["time"].is_string()) {
    until = ParseRfc3339(body["time"].get_ref<const std::string&>());
  }
  if (!until) {
    return BadEvents({{.field = "time",
                       .reason = "bad_time",
                       .message = "a tick is {\"time\": \"2026-11-21T13:30:00Z\"} (RFC 3339)"}},
                     1);
  }
  EventBatch batch(*this);
  for (Partition p = 0; p < options_.deployment.row_count; ++p) {
    const Signal tick{.id = "tick/" + FormatRfc3339(*until) + "/" + std::to_string(p),
                      .source = std::string(kTickSource),
                      .type = "tick",
                      .family = SignalFamily::kTick,
                      .event_time = *until};
    Result<EncodedRecord> encoded = EncodeSignal(tick, Tick{.until = *until});
    if (!encoded.ok()) return RequestProblem{.message = encoded.status().message()};
    batch.AddTick(*std::move(encoded), p);
  }
  return batch.Take();
}

}  // namespace evenkeel
