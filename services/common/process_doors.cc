#include "common/process_doors.h"

#include <algorithm>
#include <map>

#include <nlohmann/json.hpp>

namespace evenkeel {
namespace {

bool InputIsIdle(const InputStatus& input) {
  return input.at_end && input.buffered == 0 && input.committed == input.next;
}

nlohmann::ordered_json ProgressOf(const ServedApplication& application) {
  const std::vector<WorkerStatus> workers = application.host->Snapshot();
  std::map<std::string, int> phases;
  std::map<std::string, std::int64_t> applied;
  for (const WorkerStatus& worker : workers) {
    for (const TaskStatus& task : worker.tasks) {
      ++phases[std::string(TaskPhaseName(task.phase))];
      for (const InputStatus& input : task.inputs) applied[input.topic] += input.committed;
    }
  }
  const std::size_t open = application.open_effects ? application.open_effects() : 0;
  nlohmann::ordered_json progress;
  progress["application"] = application.name;
  progress["idle"] = IsIdle(workers) && open == 0;
  progress["ready"] = IsReady(workers);
  progress["open_effects"] = open;
  progress["tasks"] = phases;
  progress["applied_offsets"] = applied;
  return progress;
}

}  // namespace

void AddStoreMetrics(const StoreResources& stores, Metrics& metrics) {
  metrics.AddSource([&stores](std::vector<MetricSample>& out) {
    out.push_back({"evenkeel_store_block_cache_bytes",
                   "Of the cache that all stores of the process share.",
                   MetricKind::kGauge,
                   {},
                   static_cast<double>(stores.cache_bytes())});
  });
}

bool IsIdle(const std::vector<WorkerStatus>& workers) {
  return IsReady(workers) &&
         std::all_of(workers.begin(), workers.end(), [](const WorkerStatus& worker) {
           return std::all_of(worker.tasks.begin(), worker.tasks.end(), [](const TaskStatus& task) {
             return std::all_of(task.inputs.begin(), task.inputs.end(), InputIsIdle);
           });
         });
}

bool IsReady(const std::vector<WorkerStatus>& workers) {
  std::size_t tasks = 0;
  for (const WorkerStatus& worker : workers) {
    for (const TaskStatus& task : worker.tasks) {
      if (task.phase != TaskPhase::kRunning) return false;
      ++tasks;
    }
  }
  return tasks > 0;
}

Readiness::Part PartOf(const ServedApplication& application) {
  return {application.name, [host = application.host] { return IsReady(host->Snapshot()); }};
}

HttpListener::Options ListenerOptions(const v1::ListenerConfig& config,
                                      std::uint16_t default_port) {
  HttpListener::Options options;
  if (!config.address().empty()) options.address = config.address();
  options.port = config.has_port() ? static_cast<std::uint16_t>(config.port()) : default_port;
  return options;
}

Result<std::unique_ptr<HttpListener>> ServeDoors(
    const v1::ListenerConfig& config, const Metrics& metrics, const Readiness& readiness,
    const std::vector<ServedApplication>& applications) {
  EVENKEEL_ASSIGN_OR_RETURN(auto listener, HttpListener::Create(ListenerOptions(config, 0)));
  listener->Handle("GET", "/metrics", [&metrics](const HttpRequest&) {
    return HttpResponse{.content_type = "text/plain; version=0.0.4; charset=utf-8",
                        .body = metrics.Scrape()};
  });
  listener->Handle("GET", "/healthz",
                   [](const HttpRequest&) { return HttpResponse{.body = "ok\n"}; });
  listener->Handle("GET", "/readyz", [&readiness](const HttpRequest&) {
    const std::string missing = readiness.Missing();
    return missing.empty() ? HttpResponse{.body = "ok\n"}
                           : HttpResponse{.status = 503, .body = missing + "\n"};
  });
  listener->Handle("GET", "/progress", [applications](const HttpRequest&) {
    nlohmann::ordered_json all = nlohmann::ordered_json::array();
    for (const ServedApplication& application : applications) {
      all.push_back(ProgressOf(application));
    }
    return HttpResponse{.content_type = "application/json", .body = all.dump() + "\n"};
  });
  listener->Start();
  return listener;
}

}  // namespace evenkeel
