#include "ingest/door_rig.h"

#include <thread>

namespace evenkeel::testing {

DoorRig::DoorRig(std::unique_ptr<LogBench> where, ClockMode clock)
    : bench(std::move(where)),
      world(*bench, {.clock = clock, .rows = 4, .state_max_bytes = std::nullopt}),
      log(bench->cluster()) {
  config.mutable_bundles()->set_is_unsigned_allowed(true);
}

void DoorRig::Start() {
  metrics_ = std::make_unique<Metrics>("test");
  app_ = IngestApp::Create(config, {world.deployment, log, *metrics_, logger_}).value();
  listener_ = HttpListener::Create({.read_timeout = read_timeout}).value();
  app_->Serve(*listener_);
  app_->Start();
  listener_->Start();
  while (!app_->is_ready()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
}

void DoorRig::Stop() {
  if (listener_) listener_->Stop();
  if (app_) app_->Stop();
  listener_.reset();
  app_.reset();
  metrics_.reset();
}

DoorAnswer DoorRig::Post(const std::string& path, const std::string& content_type,
                         const std::string& body, const httplib::Headers& headers) {
  httplib::Client client("127.0.0.1", port());
  client.set_read_timeout(std::chrono::seconds(60));
  const auto answer = client.Post(path, headers, body, content_type);
  if (!answer) {
    ADD_FAILURE() << "no answer: " << httplib::to_string(answer.error());
    return {};
  }
  return {answer->status, nlohmann::json::parse(answer->body, nullptr, false), answer->body,
          answer->headers};
}

DoorAnswer DoorRig::PostEvents(const nlohmann::json& events) {
  return Post(
      "/v1/events",
      events.is_array() ? "application/cloudevents-batch+json" : "application/cloudevents+json",
      events.dump());
}

bool DoorRig::AwaitBundle() {
  for (int i = 0; i < 2000; ++i) {
    if (Post("/v1/events/nothing", "application/json", "{}").status == 404) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return false;
}

bool DoorRig::AwaitRemembered(int count) const {
  const std::string line = "\nevenkeel_ingest_events_remembered " + std::to_string(count) + "\n";
  for (int i = 0; i < 2000; ++i) {
    if (metrics_->Scrape().find(line) != std::string::npos) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return false;
}

nlohmann::json EventJson(const std::string& id, const std::string& customer) {
  return {{"specversion", "1.0"},        {"id", id},
          {"source", "urn:shop"},        {"type", "evenkeel.signal.usage.session.v1"},
          {"subject", customer},         {"time", "2026-03-04T10:00:00Z"},
          {"data", {{"duration_s", 60}}}};
}

}  // namespace evenkeel::testing
