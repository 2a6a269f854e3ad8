#pragma once

#include <functional>
#include <string>

#include "ingest/event_intake.h"
#include "ingest/ingest_metrics.h"
#include "ingest/log_writer.h"

#include "evenkeel/runtime/http_listener.h"

namespace evenkeel {

/// The paths of ingest: POST /v1/events, /v1/events/<source> and /v1/ticks. docs/producers.md is
/// their contract.
///
/// Thread-safety: any thread.
class IngestDoor {
 public:
  /// All of it outlives the listener that serves it.
  IngestDoor(const EventIntake& intake, LogWriter& writer, IngestMetrics& metrics)
      : intake_(intake), writer_(writer), metrics_(metrics) {}

  /// REQUIRES: before listener.Start().
  void Serve(HttpListener& listener, std::size_t request_max_bytes);

 private:
  using Take = std::function<Taken<std::vector<IngestEvent>>(const HttpRequest&)>;

  void Handle(const HttpRequest& request, const HttpReply& reply, const Take& take);
  void HandleMapped(const HttpRequest& request, const HttpReply& reply);
  HttpResponse Answer(const std::vector<IngestEvent>& events, const WriteOutcome& outcome) const;
  std::string AcceptedBody(const std::vector<IngestEvent>& events,
                           const WriteOutcome& outcome) const;
  HttpResponse Conflict(const std::vector<IngestEvent>& events, const WriteOutcome& outcome) const;
  HttpResponse Refuse(HttpResponse response, std::string_view reason, std::size_t events = 1) const;
  HttpResponse Refuse(const RequestProblem& problem) const;
  HttpResponse ComeAgain(int status, std::string_view code, const std::string& message,
                         std::string_view reason) const;

  const EventIntake& intake_;
  LogWriter& writer_;
  IngestMetrics& metrics_;
};

}  // namespace evenkeel
