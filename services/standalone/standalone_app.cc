#include "standalone/standalone_app.h"

#include <algorithm>

#include "common/api_server.h"
#include "common/deployment.h"
#include "common/open_log.h"
#include "common/port_file.h"
#include "common/process_doors.h"
#include "common/run_until.h"
#include "common/start_checks.h"
#include "common/worker_setup.h"
#include "console/console_app.h"
#include "decider/decider_app.h"
#include "executor/executor_app.h"
#include "ingest/ingest_app.h"

#include "evenkeel/runtime/log_access.h"
#include "evenkeel/runtime/log_api.h"

namespace evenkeel {
namespace {

constexpr std::chrono::milliseconds kLocalTimeout = std::chrono::seconds(60);

/// The instance ids of one application's workers.
Result<std::vector<std::string>> MembersOf(const v1::EngineConfig& engine, const std::string& path,
                                           const std::string& application) {
  EVENKEEL_ASSIGN_OR_RETURN(const ApplicationSetup setup, SetupOf(engine, path, application));
  std::vector<std::string> members;
  members.reserve(static_cast<std::size_t>(setup.workers));
  for (int i = 0; i < setup.workers; ++i) members.push_back(WorkerInstance(setup, i));
  return members;
}

Result<GroupMembers> GroupsOf(const v1::StandaloneConfig& config, const Deployment& deployment) {
  GroupMembers groups;
  EVENKEEL_ASSIGN_OR_RETURN(groups[GroupOf(deployment, "decider")],
                            MembersOf(config.decider().engine(), "decider.engine", "decider"));
  EVENKEEL_ASSIGN_OR_RETURN(groups[GroupOf(deployment, "executor")],
                            MembersOf(config.executor().engine(), "executor.engine", "executor"));
  return groups;
}

/// Where other programs of this machine reach the process.
struct Doors {
  std::unique_ptr<LogAccess> access;
  std::unique_ptr<HttpListener> local;
  std::unique_ptr<HttpListener> metrics;
};

/// The one door that everything is asked through, and what answers there. The door goes first: what
/// answers calls outlives it.
struct Desks {
  std::unique_ptr<ConsoleApp> console;
  std::unique_ptr<IngestApp> ingest;
  std::unique_ptr<ApiServer> api;
};

Result<Desks> OpenDesks(const v1::StandaloneConfig& config, const ConsoleApp::Context& context,
                        DeciderApp& decider, Metrics& metrics) {
  Desks desks;
  if (!config.has_api() && !config.has_console() && !config.has_ingest()) return desks;
  EVENKEEL_ASSIGN_OR_RETURN(
      desks.api,
      ApiServer::Create(config.api(), metrics,
                        {.directory = config.directory(), .makes_people = true, .limits = {}}));
  decider.ServeQueries(desks.api->registry(), /*is_alone=*/true);
  if (config.has_console()) {
    EVENKEEL_ASSIGN_OR_RETURN(
        desks.console,
        ConsoleApp::Create(config.console(), config.console().view_directory(), context));
    metrics.AddSource(
        [&console = *desks.console](std::vector<MetricSample>& out) { console.Collect(out); });
    desks.console->Register(desks.api->registry(), desks.api->http());
    desks.console->Start();
  }
  if (config.has_ingest()) {
    EVENKEEL_ASSIGN_OR_RETURN(
        desks.ingest, IngestApp::Create(config.ingest(), {context.deployment, context.cluster,
                                                          metrics, context.logger}));
    desks.ingest->Serve(desks.api->http());
    desks.ingest->Start();
  }
  EVENKEEL_RETURN_IF_ERROR(desks.api->Start());
  return desks;
}

std::vector<Readiness::Part> PartsOf(const std::vector<ServedApplication>& applications,
                                     const Desks& desks) {
  std::vector<Readiness::Part> parts;
  parts.reserve(applications.size() + 2);
  for (const ServedApplication& application : applications) parts.push_back(PartOf(application));
  if (desks.console) {
    parts.push_back({"console", [&console = *desks.console] { return console.is_ready(); }});
  }
  if (desks.ingest) {
    parts.push_back({"ingest", [&ingest = *desks.ingest] { return ingest.is_ready(); }});
  }
  return parts;
}

Result<std::unique_ptr<HttpListener>> ServeLocal(const v1::StandaloneConfig& config,
                                                 LogAccess& access) {
  HttpListener::Options options = ListenerOptions(config.local_api(), 0);
  options.max_body_bytes = 64U << 20;  // A batch of a load.
  EVENKEEL_ASSIGN_OR_RETURN(auto listener, HttpListener::Create(options));
  ServeLogAccess(*listener, access);
  listener->Start();
  return listener;
}

}  // namespace

Status RunStandalone(const v1::StandaloneConfig& config, const std::stop_token& stop,
                     const std::string& config_file) {
  const Logger logger;
  Metrics metrics(EVENKEEL_VERSION);
  EVENKEEL_ASSIGN_OR_RETURN(const Deployment deployment, DeploymentOf(config));
  EVENKEEL_RETURN_IF_ERROR(MakeDirectory(config.decider().engine().state().directory()));
  EVENKEEL_RETURN_IF_ERROR(MakeDirectory(config.executor().engine().state().directory()));
  EVENKEEL_ASSIGN_OR_RETURN(GroupMembers groups, GroupsOf(config, deployment));
  EVENKEEL_ASSIGN_OR_RETURN(const auto cluster, OpenLog(config.log(), std::move(groups), &logger));
  EVENKEEL_ASSIGN_OR_RETURN(const std::string cluster_id,
                            CheckLogAtStart(*cluster, deployment, config_file, logger, stop));
  StoreResources stores({});
  AddStoreMetrics(stores, metrics);
  EVENKEEL_ASSIGN_OR_RETURN(const auto decider,
                            DeciderApp::Create(config.decider(), {deployment, *cluster, cluster_id,
                                                                  stores, metrics, logger}));
  EVENKEEL_ASSIGN_OR_RETURN(
      const auto executor,
      ExecutorApp::Create(config.executor(), {deployment, *cluster, cluster_id, stores, logger}));
  metrics.AddSource([&](std::vector<MetricSample>& out) { decider->host().Collect(out); });
  metrics.AddSource([&](std::vector<MetricSample>& out) { executor->Collect(out); });
  EVENKEEL_ASSIGN_OR_RETURN(
      const Desks desks,
      OpenDesks(config, {deployment, *cluster, cluster_id, stores, logger}, *decider, metrics));
  const std::vector<ServedApplication> applications = {
      {"decider", &decider->host()},
      {"executor", &executor->host(), [&] { return executor->open_calls(); }}};
  Readiness readiness(PartsOf(applications, desks));
  Doors doors;
  doors.access =
      OpenLogAccess(*cluster, deployment.prefix, deployment.names().Ticks(), kLocalTimeout);
  EVENKEEL_ASSIGN_OR_RETURN(doors.local, ServeLocal(config, *doors.access));
  EVENKEEL_ASSIGN_OR_RETURN(
      doors.metrics, ServeDoors(config.telemetry().metrics(), metrics, readiness, applications));
  PortFile local_port(LocalPortFile(config.log().local()));
  EVENKEEL_RETURN_IF_ERROR(local_port.Write(doors.local->port()));
  PortFile metrics_port(config.directory() + "/metrics.port");
  EVENKEEL_RETURN_IF_ERROR(metrics_port.Write(doors.metrics->port()));
  logger.Write(LogSeverity::kInfo, "standalone", "started",
               {{"metrics_port", doors.metrics->port()}, {"local_port", doors.local->port()}});
  const auto drain =
      std::max(DrainTimeout(config.decider().engine()), DrainTimeout(config.executor().engine()));
  const Status status = RunUntilStopped({&decider->host(), &executor->host()}, stop, drain,
                                        readiness, desks.api.get());
  if (desks.api != nullptr) {
    desks.api->Stop(std::chrono::steady_clock::now() + std::chrono::seconds(2));
  }
  return status;
}

}  // namespace evenkeel
