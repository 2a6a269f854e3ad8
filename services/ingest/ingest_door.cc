#include "ingest/ingest_door.h"

#include <memory>
#include <utility>

#include <nlohmann/json.hpp>

namespace evenkeel {
namespace {

using nlohmann::ordered_json;

std::string Dump(const ordered_json& json) {
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

ordered_json ProblemJson(const EventProblem& problem) {
  ordered_json json = {{"index", problem.index},
                       {"field", problem.field},
                       {"reason", problem.reason},
                       {"message", problem.message}};
  if (!problem.key.empty()) json["key"] = problem.key;
  return json;
}

/// A closed set: reasons are metric labels.
std::string_view ReasonOf(const RequestProblem& problem) {
  if (problem.limit) return "batch_too_large";
  if (problem.status == 413) return "too_large";
  if (problem.status == 415) return "unsupported_content_type";
  return problem.events.empty() ? "malformed" : "bad_event";
}

}  // namespace

void IngestDoor::Serve(HttpListener& listener, std::size_t request_max_bytes) {
  const auto serve = [&](const char* path, auto handler) {
    listener.HandleAsync(
        "POST", path,
        [handler](const HttpRequest& request, const HttpReply& reply) { handler(request, reply); },
        request_max_bytes);
  };
  serve("/v1/events", [this](const HttpRequest& request, const HttpReply& reply) {
    Handle(request, reply, [this](const HttpRequest& r) { return intake_.TakeEvents(r); });
  });
  serve("/v1/events/*", [this](const HttpRequest& request, const HttpReply& reply) {
    HandleMapped(request, reply);
  });
  serve("/v1/ticks", [this](const HttpRequest& request, const HttpReply& reply) {
    Handle(request, reply, [this](const HttpRequest& r) { return intake_.TakeTick(r); });
  });
}

void IngestDoor::HandleMapped(const HttpRequest& request, const HttpReply& reply) {
  const std::shared_ptr<const Bundle> bundle = writer_.bundle();
  if (bundle == nullptr) {
    return reply(ComeAgain(
        503, "unavailable",
        "there is no bundle yet that could map events: `evenkeel bundle publish`", "no_bundle"));
  }
  const SourceMapping* mapping = bundle->FindSource(request.rest);
  if (mapping != nullptr) {
    return Handle(request, reply,
                  [&](const HttpRequest& r) { return intake_.TakeRows(r, *mapping); });
  }
  std::string known;
  for (const SourceMapping& source : bundle->sources()) {
    known += (known.empty() ? "" : ", ") + source.name();
  }
  reply(Refuse(HttpError(404, "not_found",
                         "the bundle in force, " + bundle->id() + ", has no source \"" +
                             request.rest + "\" in sources.yaml; there are: " + known),
               "unknown_source"));
}

void IngestDoor::Handle(const HttpRequest& request, const HttpReply& reply, const Take& take) {
  if (!writer_.takes_requests()) {
    return reply(
        ComeAgain(503, "unavailable", "the ends of the topics are still being read", "starting"));
  }
  auto taken = take(request);
  if (const auto* problem = std::get_if<RequestProblem>(&taken)) return reply(Refuse(*problem));
  // For the answer; the records are not needed for it.
  auto told = std::make_shared<std::vector<IngestEvent>>();
  for (const IngestEvent& event : std::get<0>(taken)) {
    IngestEvent& copy = told->emplace_back();
    copy.id = event.id;
    copy.is_skipped = event.is_skipped;
  }
  writer_.Submit(std::move(std::get<0>(taken)), [this, reply, told](const WriteOutcome& outcome) {
    reply(Answer(*told, outcome));
  });
}

HttpResponse IngestDoor::Answer(const std::vector<IngestEvent>& events,
                                const WriteOutcome& outcome) const {
  switch (outcome.kind) {
    case WriteOutcome::Kind::kAccepted:
      return {
          .status = 202, .content_type = "application/json", .body = AcceptedBody(events, outcome)};
    case WriteOutcome::Kind::kConflict:
      return Conflict(events, outcome);
    case WriteOutcome::Kind::kBusy:
      return ComeAgain(429, "resource_exhausted", "too many requests wait for the log", "busy");
    case WriteOutcome::Kind::kUnavailable:
      return ComeAgain(503, "unavailable",
                       outcome.message + "; send the same again: it is written once",
                       "unavailable");
    case WriteOutcome::Kind::kRefused:
      return Refuse(HttpError(413, "resource_exhausted", outcome.message), "log_refused");
  }
  return HttpError(500, "internal", "");
}

std::string IngestDoor::AcceptedBody(const std::vector<IngestEvent>& events,
                                     const WriteOutcome& outcome) const {
  std::string body = "{\"accepted\":[";
  auto accepted = outcome.accepted.begin();
  for (const IngestEvent& event : events) {
    if (body.back() != '[') body += ',';
    if (event.is_skipped) {
      body += "{\"skipped\":true}";
      continue;
    }
    body += "{\"id\":" + Dump(event.id) + ",\"topic\":" + Dump(writer_.TopicName(accepted->place)) +
            ",\"partition\":" + std::to_string(accepted->place.partition) +
            ",\"offset\":" + std::to_string(accepted->place.offset) +
            ",\"repeated\":" + (accepted->is_repeated ? "true}" : "false}");
    ++accepted;
  }
  return body + "]}\n";
}

HttpResponse IngestDoor::Conflict(const std::vector<IngestEvent>& events,
                                  const WriteOutcome& outcome) const {
  const std::string& id = events[outcome.index].id;
  ordered_json problem = ProblemJson({outcome.index, "id", "conflict",
                                      "another event has this source and id, and says otherwise"});
  problem["id"] = id;
  if (outcome.place.offset >= 0) {
    problem["topic"] = writer_.TopicName(outcome.place);
    problem["partition"] = outcome.place.partition;
    problem["offset"] = outcome.place.offset;
  }
  const ordered_json body = {
      {"code", "already_exists"},
      {"message", "event " + std::to_string(outcome.index) + ": its id \"" + id +
                      "\" is that of another event; nothing was written"},
      {"errors", ordered_json::array({problem})}};
  return Refuse({.status = 409, .content_type = "application/json", .body = Dump(body) + "\n"},
                "conflict");
}

HttpResponse IngestDoor::Refuse(const RequestProblem& problem) const {
  ordered_json body = {{"code", problem.code}, {"message", problem.message}};
  if (problem.limit) body["limit"] = *problem.limit;
  for (const EventProblem& event : problem.events) body["errors"].push_back(ProblemJson(event));
  return Refuse(
      {.status = problem.status, .content_type = "application/json", .body = Dump(body) + "\n"},
      ReasonOf(problem));
}

HttpResponse IngestDoor::Refuse(HttpResponse response, std::string_view reason,
                                std::size_t events) const {
  metrics_.OnRefused(reason, events);
  return response;
}

HttpResponse IngestDoor::ComeAgain(int status, std::string_view code, const std::string& message,
                                   std::string_view reason) const {
  HttpResponse response = HttpError(status, code, message);
  response.headers.emplace_back("Retry-After", "1");
  return Refuse(std::move(response), reason);
}

}  // namespace evenkeel
