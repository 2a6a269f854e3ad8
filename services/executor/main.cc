#include "common/deployment.h"
#include "common/open_log.h"
#include "common/service_main.h"
#include "common/single_service.h"
#include "common/worker_setup.h"
#include "executor/executor_app.h"

namespace evenkeel {
namespace {

Result<ServiceApplication> Make(const v1::ExecutorConfig& config, const ServiceParts& parts) {
  EVENKEEL_ASSIGN_OR_RETURN(
      std::shared_ptr<ExecutorApp> app,
      ExecutorApp::Create(
          config, {parts.deployment, parts.cluster, parts.cluster_id, parts.stores, parts.logger}));
  parts.metrics.AddSource([app](std::vector<MetricSample>& out) { app->Collect(out); });
  return ServiceApplication{app, {"executor", &app->host(), [app] { return app->open_calls(); }}};
}

Status Check(const v1::ExecutorConfig& config) {
  EVENKEEL_ASSIGN_OR_RETURN(const Deployment deployment, DeploymentOf(config));
  EVENKEEL_RETURN_IF_ERROR(CheckLogConfig(config.log()));
  EVENKEEL_RETURN_IF_ERROR(SetupOf(config.engine(), "engine", "executor").status());
  return ExecutorApp::Check(config, deployment);
}

Status Run(const v1::ExecutorConfig& config, const std::stop_token& stop) {
  EVENKEEL_ASSIGN_OR_RETURN(const Deployment deployment, DeploymentOf(config));
  return RunSingleService({deployment, config.log(), config.engine(), config.telemetry(),
                           "<configuration of the decider>",
                           [&config](const ServiceParts& parts) { return Make(config, parts); }},
                          stop);
}

}  // namespace
}  // namespace evenkeel

int main(int argc, char** argv) {
  evenkeel::v1::ExecutorConfig config;
  return evenkeel::RunServiceMain(
      argc, argv,
      {.name = "evenkeel-executor",
       .description = "Carries approved actions out, each once, and writes receipts",
       .config = config,
       .check = [&config] { return evenkeel::Check(config); },
       .run = [&config](const std::stop_token& stop,
                        const std::string& /*file*/) { return evenkeel::Run(config, stop); }});
}
