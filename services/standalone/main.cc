#include "common/api_server.h"
#include "common/deployment.h"
#include "common/service_main.h"
#include "common/worker_setup.h"
#include "console/console_app.h"
#include "executor/executor_app.h"
#include "ingest/ingest_app.h"
#include "standalone/standalone_app.h"

int main(int argc, char** argv) {
  evenkeel::v1::StandaloneConfig config;
  return evenkeel::RunServiceMain(
      argc, argv,
      {.name = "evenkeel-standalone",
       .description = "Ingest, decider and executor in one process, on a log of its own",
       .config = config,
       .check = [&config]() -> evenkeel::Status {
         EVENKEEL_RETURN_IF_ERROR(evenkeel::CompleteStandaloneConfig(config));
         EVENKEEL_ASSIGN_OR_RETURN(const evenkeel::Deployment deployment,
                                   evenkeel::DeploymentOf(config));
         EVENKEEL_RETURN_IF_ERROR(evenkeel::ApiServer::Check(config.api(), "api"));
         EVENKEEL_RETURN_IF_ERROR(
             evenkeel::ConsoleApp::Check(config.console()).WithContext("console"));
         const evenkeel::v1::EngineConfig& decider = config.decider().engine();
         const evenkeel::v1::EngineConfig& executor = config.executor().engine();
         EVENKEEL_RETURN_IF_ERROR(evenkeel::SetupOf(decider, "decider.engine", "decider").status());
         EVENKEEL_RETURN_IF_ERROR(
             evenkeel::SetupOf(executor, "executor.engine", "executor").status());
         EVENKEEL_RETURN_IF_ERROR(evenkeel::IngestApp::Check(config.ingest(), "ingest."));
         return evenkeel::ExecutorApp::Check(config.executor(), deployment);
       },
       .run =
           [&config](const std::stop_token& stop, const std::string& file) {
             return evenkeel::RunStandalone(config, stop, file);
           }});
}
