#include "common/deployment.h"
#include "common/service_main.h"
#include "common/single_service.h"
#include "decider/decider_app.h"

#include "evenkeel/v1/approval_service.pb.h"
#include "evenkeel/v1/control_service.pb.h"

namespace evenkeel {
namespace {

/// The calls of other processes: who asks here is told where.
void NameOthers(RpcRegistry& registry) {
  // Otherwise nothing here needs these files, and the linker leaves them out.
  google::protobuf::LinkMessageReflection<v1::ListApprovalsRequest>();
  google::protobuf::LinkMessageReflection<v1::ListControlsRequest>();
  for (const char* elsewhere :
       {"evenkeel.v1.DecisionService/GetDecision", "evenkeel.v1.DecisionService/ListDecisions",
        "evenkeel.v1.ApprovalService", "evenkeel.v1.ControlService"}) {
    registry.Elsewhere(elsewhere, "evenkeel-console");
  }
}

Result<ServiceApplication> Make(const v1::DeciderConfig& config, const ServiceParts& parts) {
  EVENKEEL_ASSIGN_OR_RETURN(
      std::shared_ptr<DeciderApp> app,
      DeciderApp::Create(config, {parts.deployment, parts.cluster, parts.cluster_id, parts.stores,
                                  parts.metrics, parts.logger}));
  // Not shared: scrapes end before the app does, and the app before the log.
  parts.metrics.AddSource(
      [host = &app->host()](std::vector<MetricSample>& out) { host->Collect(out); });
  const ServedApplication served{"decider", &app->host(), {}};
  if (parts.api == nullptr) return ServiceApplication{app, served};
  app->ServeQueries(parts.api->registry(), /*is_alone=*/false);
  NameOthers(parts.api->registry());
  return ServiceApplication{app, served,
                            [app](const std::string& address) { app->Advertise(address); }};
}

Status Run(const v1::DeciderConfig& config, const std::stop_token& stop, const std::string& file) {
  EVENKEEL_ASSIGN_OR_RETURN(const Deployment deployment, DeploymentOf(config));
  const auto api = config.has_api() ? std::optional(config.api()) : std::nullopt;
  return RunSingleService(
      {deployment, config.log(), config.engine(), config.telemetry(), file,
       [&config](const ServiceParts& parts) { return Make(config, parts); }, api},
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
