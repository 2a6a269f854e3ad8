#include "common/deployment.h"
#include "common/service_main.h"
#include "common/single_service.h"
#include "decider/decider_app.h"

namespace evenkeel {
namespace {

Result<ServiceApplication> Make(const v1::DeciderConfig& config, const ServiceParts& parts) {
  EVENKEEL_ASSIGN_OR_RETURN(
      std::shared_ptr<DeciderApp> app,
      DeciderApp::Create(config, {parts.deployment, parts.cluster, parts.cluster_id, parts.stores,
                                  parts.metrics, parts.logger}));
  parts.metrics.AddSource([app](std::vector<MetricSample>& out) { app->host().Collect(out); });
  return ServiceApplication{app, {"decider", &app->host(), {}}};
}

Status Run(const v1::DeciderConfig& config, const std::stop_token& stop, const std::string& file) {
  EVENKEEL_ASSIGN_OR_RETURN(const Deployment deployment, DeploymentOf(config));
  return RunSingleService({deployment, config.log(), config.engine(), config.telemetry(), file,
                           [&config](const ServiceParts& parts) { return Make(config, parts); }},
                          stop);
}

}  // namespace
}  // namespace evenkeel

int main(int argc, char** argv) {
  evenkeel::v1::DeciderConfig config;
  return evenkeel::RunServiceMain(
      argc, argv,
      {.name = "evenkeel-decider",
       .description = "Reads signals, decides, writes decisions and approved actions",
       .config = config,
       .check = [&config] { return evenkeel::DeciderApp::Check(config); },
       .run = [&config](const std::stop_token& stop,
                        const std::string& file) { return evenkeel::Run(config, stop, file); }});
}
