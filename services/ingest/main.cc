#include "common/api_server.h"
#include "common/deployment.h"
#include "common/open_log.h"
#include "common/port_file.h"
#include "common/process_doors.h"
#include "common/run_until.h"
#include "common/service_main.h"
#include "common/start_checks.h"
#include "ingest/ingest_app.h"

namespace evenkeel {
namespace {

Status Check(const v1::IngestConfig& config) {
  EVENKEEL_RETURN_IF_ERROR(DeploymentOf(config).status());
  EVENKEEL_RETURN_IF_ERROR(CheckLogConfig(config.log()));
  if (config.directory().empty()) {
    return InvalidArgument("directory is not set; name a folder for the files with the ports");
  }
  if (config.log().has_local()) {
    return InvalidArgument(
        "log.local: one process has the local log open; set ingest in evenkeel-standalone instead");
  }
  EVENKEEL_RETURN_IF_ERROR(ApiServer::Check(config.api(), "api"));
  return IngestApp::Check(config, "");
}

Status Run(const v1::IngestConfig& config, const std::stop_token& stop, const std::string& file) {
  const Logger logger;
  Metrics metrics(EVENKEEL_VERSION);
  EVENKEEL_ASSIGN_OR_RETURN(const Deployment deployment, DeploymentOf(config));
  EVENKEEL_RETURN_IF_ERROR(MakeDirectory(config.directory()));
  EVENKEEL_ASSIGN_OR_RETURN(const auto cluster, OpenLog(config.log(), {}));
  EVENKEEL_RETURN_IF_ERROR(CheckLogAtStart(*cluster, deployment, file, logger, stop).status());
  EVENKEEL_ASSIGN_OR_RETURN(const auto app,
                            IngestApp::Create(config, {deployment, *cluster, metrics, logger}));
  EVENKEEL_ASSIGN_OR_RETURN(
      const auto api, ApiServer::Create(config.api(), metrics, {.directory = config.directory()}));
  app->Serve(api->http());
  app->Start();
  Readiness readiness({{"ingest", [&app] { return app->is_ready(); }}});
  EVENKEEL_ASSIGN_OR_RETURN(const auto doors,
                            ServeDoors(config.telemetry().metrics(), metrics, readiness, {}));
  PortFile metrics_port(config.directory() + "/metrics.port");
  EVENKEEL_RETURN_IF_ERROR(metrics_port.Write(doors->port()));
  EVENKEEL_RETURN_IF_ERROR(api->Start());
  logger.Write(LogSeverity::kInfo, "ingest", "started",
               {{"http_port", api->http_port()}, {"metrics_port", doors->port()}});
  ServeUntilStopped(stop, readiness, *api);
  api->Stop(std::chrono::steady_clock::now() + std::chrono::seconds(5));
  app->Stop();
  return {};
}

}  // namespace
}  // namespace evenkeel

int main(int argc, char** argv) {
  evenkeel::v1::IngestConfig config;
  return evenkeel::RunServiceMain(
      argc, argv,
      {.name = "evenkeel-ingest",
       .description = "Takes events over HTTP and writes them to the signal topics, each once",
       .config = config,
       .check = [&config] { return evenkeel::Check(config); },
       .run = [&config](const std::stop_token& stop,
                        const std::string& file) { return evenkeel::Run(config, stop, file); }});
}
