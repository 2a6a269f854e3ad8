#include "common/single_service.h"

#include "common/open_log.h"
#include "common/port_file.h"
#include "common/run_until.h"
#include "common/start_checks.h"
#include "common/worker_setup.h"

namespace evenkeel {
namespace {

Status OpenDoors(ApiServer& api, const ServiceApplication& application, const Logger& logger) {
  EVENKEEL_RETURN_IF_ERROR(api.Start());
  if (application.on_open) application.on_open(api.grpc_address());
  logger.Write(LogSeverity::kInfo, "service", "calls are answered",
               {{"http_port", api.http_port()}, {"grpc_port", api.grpc_port()}});
  return {};
}

}  // namespace

Status RunSingleService(const SingleService& service, const std::stop_token& stop) {
  const Logger logger;
  Metrics metrics(EVENKEEL_VERSION);
  const std::string& directory = service.engine.state().directory();
  EVENKEEL_RETURN_IF_ERROR(MakeDirectory(directory));
  EVENKEEL_ASSIGN_OR_RETURN(const auto cluster, OpenLog(service.log, {}, &logger));
  EVENKEEL_ASSIGN_OR_RETURN(
      const std::string cluster_id,
      CheckLogAtStart(*cluster, service.deployment, service.config_file, logger, stop));
  StoreResources stores({});
  AddStoreMetrics(stores, metrics);
  std::unique_ptr<ApiServer> api;
  if (service.api) {
    EVENKEEL_ASSIGN_OR_RETURN(api, ApiServer::Create(*service.api, metrics, {directory}));
  }
  EVENKEEL_ASSIGN_OR_RETURN(
      const ServiceApplication application,
      service.make({service.deployment, *cluster, cluster_id, stores, metrics, logger, api.get()}));
  const ApiGuard guard(api.get());  // The doors close before what is behind them goes.
  if (api) EVENKEEL_RETURN_IF_ERROR(OpenDoors(*api, application, logger));
  Readiness readiness({PartOf(application.served)});
  EVENKEEL_ASSIGN_OR_RETURN(const auto doors, ServeDoors(service.telemetry.metrics(), metrics,
                                                         readiness, {application.served}));
  PortFile port(directory + "/metrics.port");
  EVENKEEL_RETURN_IF_ERROR(port.Write(doors->port()));
  logger.Write(
      LogSeverity::kInfo, "service", "started",
      {{"application", PublicText(application.served.name)}, {"metrics_port", doors->port()}});
  const auto drain = DrainTimeout(service.engine);
  return RunUntilStopped({application.served.host}, stop, drain, readiness, api.get());
}

}  // namespace evenkeel
