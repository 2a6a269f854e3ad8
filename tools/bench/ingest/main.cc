// Measures ingest over HTTP, in batches of 500, beside two peers in the same run: the same server
// with a handler that answers 202 and writes nothing, and the same records written without HTTP.
// JSON, one line each.
//
//   evenkeel-bench-ingest [events] [clients] [bootstrap servers; without: the local log]

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "ingest/ingest_app.h"
#include <httplib.h>
#include <stdlib.h>

#include "evenkeel/base/check.h"
#include "evenkeel/base/hash.h"
#include "evenkeel/log/kafka_log.h"
#include "evenkeel/log/local_log.h"

namespace evenkeel {
namespace {

constexpr int kBatch = 500;
constexpr Partition kPartitions = 8;
constexpr const char* kType = "application/cloudevents-batch+json";
constexpr const char* kEventType = "evenkeel.signal.usage.session.v1";

struct Load {
  int events = 200'000;
  int clients = 8;
};

std::string Customer(int number) { return "customer-" + std::to_string(number % 10'007); }
std::string Data(int number) {
  return R"({"duration_s":)" + std::to_string(number % 3600) + R"(,"platform":"ios"})";
}

std::string BatchBody(int first) {
  std::string body = "[";
  for (int n = first; n < first + kBatch; ++n) {
    body += (n == first ? "" : ",") + (R"({"specversion":"1.0","id":"b)" + std::to_string(n)) +
            R"(","source":"urn:bench","type":")" + kEventType + R"(","subject":")" + Customer(n) +
            R"(","time":"2026-03-04T10:00:00Z","data":)" + Data(n) + "}";
  }
  return body + "]";
}

double Seconds(std::chrono::steady_clock::time_point since) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - since).count();
}

/// Events per second that clients get answered with 202.
double MeasureHttp(std::uint16_t port, const std::vector<std::string>& bodies, int clients) {
  std::atomic<std::size_t> next = 0;
  const auto begin = std::chrono::steady_clock::now();
  std::vector<std::jthread> threads;
  for (int i = 0; i < clients; ++i) {
    threads.emplace_back([&] {
      httplib::Client client("127.0.0.1", port);
      client.set_keep_alive(true);
      client.set_read_timeout(std::chrono::seconds(60));
      for (std::size_t n = next++; n < bodies.size(); n = next++) {
        const auto answer = client.Post("/v1/events", bodies[n], kType);
        EVENKEEL_CHECK(answer && answer->status == 202);
      }
    });
  }
  threads.clear();
  return static_cast<double>(bodies.size() * kBatch) / Seconds(begin);
}

template <typename Event>
Event Await(LogSession& session) {
  LogPoll poll;
  while (true) {
    poll.clear();
    session.Poll(1000, poll);
    for (const LogEvent& event : poll.events) {
      EVENKEEL_CHECK(!std::holds_alternative<SessionFailed>(event));
      if (const auto* found = std::get_if<Event>(&event)) return *found;
    }
    session.Wait(std::chrono::milliseconds(20));
  }
}

/// Events per second of one producer in transactions of `per_transaction`.
double MeasureRaw(LogCluster& cluster, const std::string& topic, int events, int per_transaction) {
  const auto session = cluster
                           .OpenSession({.transactional_id = "bench.raw",
                                         .inputs = {topic},
                                         .membership = std::nullopt,
                                         .offsets_group = "bench.raw"})
                           .value();
  session->Init();
  EVENKEEL_CHECK(Await<InitDone>(*session).status.ok());
  const auto begin = std::chrono::steady_clock::now();
  for (int n = 0; n < events;) {
    session->Begin();
    for (int end = std::min(events, n + per_transaction); n < end; ++n) {
      const std::string key = Customer(n);
      const std::string value = Data(n);
      const std::string id = "b" + std::to_string(n);
      const RecordHeader headers[] = {
          {"ce_specversion", "1.0"},           {"ce_id", id},
          {"ce_source", "urn:bench"},          {"ce_type", kEventType},
          {"ce_time", "2026-03-04T10:00:00Z"}, {"content-type", "application/json"}};
      const OutRecord record{.topic = topic,
                             .partition = PartitionOf(key, kPartitions),
                             .key = key,
                             .value = value,
                             .headers = headers,
                             .timestamp = std::nullopt};
      while (session->Produce(record) == ProduceResult::kFull) {
        LogPoll poll;
        session->Poll(1, poll);
        session->Wait(std::chrono::milliseconds(1));
      }
    }
    session->Commit({});
    EVENKEEL_CHECK(Await<TransactionDone>(*session).outcome == CommitOutcome::kAcknowledged);
  }
  return events / Seconds(begin);
}

double MeasureIngest(LogCluster& cluster, const Deployment& deployment,
                     const std::vector<std::string>& bodies, int clients) {
  Metrics metrics("bench");
  const Logger logger([](std::string_view) {});
  const auto app = IngestApp::Create({}, {deployment, cluster, metrics, logger}).value();
  const auto listener = HttpListener::Create({}).value();
  app->Serve(*listener);
  app->Start();
  listener->Start();
  while (!app->is_ready()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  const double rate = MeasureHttp(listener->port(), bodies, clients);
  listener->Stop();
  app->Stop();
  return rate;
}

double MeasureEmpty(const std::vector<std::string>& bodies, int clients) {
  const auto listener = HttpListener::Create({}).value();
  listener->Handle("POST", "/v1/events",
                   [](const HttpRequest&) { return HttpResponse{.status = 202}; });
  listener->Start();
  return MeasureHttp(listener->port(), bodies, clients);
}

void Print(const char* log, const char* what, const Load& load, double rate, double ingest) {
  std::printf(
      "{\"bench\":\"ingest\",\"log\":\"%s\",\"what\":\"%s\",\"events\":%d,\"batch\":%d,"
      "\"clients\":%d,\"events_per_second\":%.0f,\"ingest_to_this\":%.3f}\n",
      log, what, load.events, kBatch, load.clients, rate, ingest / rate);
}

void Run(LogCluster& cluster, const char* log, const std::string& prefix, const Load& load) {
  v1::IngestConfig config;
  config.mutable_deployment()->set_prefix(prefix);
  config.mutable_log()->set_partition_count(kPartitions);
  const Deployment deployment = DeploymentOf(config).value();
  EVENKEEL_CHECK(
      CreateTopics(cluster, PlanTopics(deployment.topic_plan()), std::chrono::seconds(60)).ok());
  std::vector<std::string> bodies;
  for (int first = 0; first + kBatch <= load.events; first += kBatch) {
    bodies.push_back(BatchBody(first));
  }
  const double ingest = MeasureIngest(cluster, deployment, bodies, load.clients);
  Print(log, "ingest", load, ingest, ingest);
  Print(log, "empty_handler", load, MeasureEmpty(bodies, load.clients), ingest);
  const std::string topic = deployment.SignalTopic(SignalFamily::kTelemetry);
  Print(log, "raw_transactions_of_500", load, MeasureRaw(cluster, topic, load.events, kBatch),
        ingest);
  Print(log, "raw_transactions_of_5000", load, MeasureRaw(cluster, topic, load.events, 10 * kBatch),
        ingest);
}

}  // namespace
}  // namespace evenkeel

int main(int argc, char** argv) {
  using namespace evenkeel;
  Load load;
  if (argc > 1) load.events = std::atoi(argv[1]);
  if (argc > 2) load.clients = std::atoi(argv[2]);
  const auto now = std::chrono::system_clock::now().time_since_epoch().count();
  if (argc > 3) {
    const auto cluster = OpenKafkaCluster({.properties = {{"bootstrap.servers", argv[3]}}}).value();
    Run(*cluster, "kafka", "bench" + std::to_string(now) + ".", load);
    return 0;
  }
  std::string folder = std::filesystem::temp_directory_path() / "evenkeel-bench-XXXXXX";
  EVENKEEL_CHECK(mkdtemp(folder.data()) != nullptr);
  {
    const auto log =
        LocalLog::Open(
            {.folder = folder + "/log",
             .wall_clock =
                 [] {
                   const auto wall = std::chrono::system_clock::now().time_since_epoch();
                   return TimeMs{
                       std::chrono::duration_cast<std::chrono::milliseconds>(wall).count()};
                 }})
            .value();
    Run(*log, "local", "bench.", load);
  }
  std::filesystem::remove_all(folder);
  return 0;
}
