#include <memory>
#include <stop_token>
#include <string>

#include "common/api_server.h"
#include "common/deployment.h"
#include "common/open_log.h"
#include "common/port_file.h"
#include "common/process_doors.h"
#include "common/run_until.h"
#include "common/service_main.h"
#include "common/start_checks.h"
#include "console/console_app.h"

namespace evenkeel {
namespace {

Status Check(const v1::ConsoleConfig& config) {
  EVENKEEL_RETURN_IF_ERROR(DeploymentOf(config).status());
  EVENKEEL_RETURN_IF_ERROR(CheckLogConfig(config.log()));
  EVENKEEL_RETURN_IF_ERROR(ApiServer::Check(config.api(), "api"));
  if (config.log().has_local()) {
    return InvalidArgument(
        "log.local: a local log belongs to evenkeel-standalone alone; set `console: {}` there");
  }
  if (config.view_directory().empty()) {
    return InvalidArgument("view_directory is not set; name a folder for the views");
  }
  return ConsoleApp::Check(config);
}

Status Run(const v1::ConsoleConfig& config, const std::stop_token& stop, const std::string& file) {
  const Logger logger;
  Metrics metrics(EVENKEEL_VERSION);
  const std::string& directory = config.view_directory();
  EVENKEEL_ASSIGN_OR_RETURN(const Deployment deployment, DeploymentOf(config));
  EVENKEEL_ASSIGN_OR_RETURN(const auto cluster, OpenLog(config.log(), {}));
  EVENKEEL_ASSIGN_OR_RETURN(const std::string cluster_id,
                            CheckLogAtStart(*cluster, deployment, file, logger, stop));
  StoreResources stores({});
  EVENKEEL_ASSIGN_OR_RETURN(
      const auto console,
      ConsoleApp::Create(config, directory, {deployment, *cluster, cluster_id, stores, logger}));
  metrics.AddSource([&console](std::vector<MetricSample>& out) { console->Collect(out); });
  EVENKEEL_ASSIGN_OR_RETURN(
      const auto api,
      ApiServer::Create(config.api(), metrics,
                        {.directory = directory, .makes_people = true, .limits = {}}));
  console->Register(api->registry(), api->http());
  api->registry().Elsewhere("evenkeel.v1.ScoreService", "evenkeel-decider");
  api->registry().Elsewhere("evenkeel.v1.DecisionService/NextBestAction", "evenkeel-decider");
  console->Start();
  EVENKEEL_RETURN_IF_ERROR(api->Start());
  Readiness readiness({{"console", [&console] { return console->is_ready(); }}});
  EVENKEEL_ASSIGN_OR_RETURN(const auto doors,
                            ServeDoors(config.telemetry().metrics(), metrics, readiness, {}));
  PortFile metrics_port(directory + "/metrics.port");
  EVENKEEL_RETURN_IF_ERROR(metrics_port.Write(doors->port()));
  logger.Write(LogSeverity::kInfo, "console", "started",
               {{"http_port", api->http_port()},
                {"grpc_port", api->grpc_port()},
                {"metrics_port", doors->port()}});
  ServeUntilStopped(stop, readiness, *api);
  api->Stop(std::chrono::steady_clock::now() + std::chrono::seconds(5));
  return {};
}

}  // namespace
}  // namespace evenkeel

int main(int argc, char** argv) {
  evenkeel::v1::ConsoleConfig config;
  return evenkeel::RunServiceMain(
      argc, argv,
      {.name = "evenkeel-console",
       .description = "Lists, approvals and control for people",
       .config = config,
       .check = [&config] { return evenkeel::Check(config); },
       .run = [&config](const std::stop_token& stop,
                        const std::string& file) { return evenkeel::Run(config, stop, file); }});
}
