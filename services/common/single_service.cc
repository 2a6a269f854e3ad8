#include "common/single_service.h"

#include "common/open_log.h"
#include "common/port_file.h"
#include "common/run_until.h"
#include "common/start_checks.h"
#include "common/worker_setup.h"

namespace evenkeel {

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
  EVENKEEL_ASSIGN_OR_RETURN(
      const ServiceApplication application,
      service.make({service.deployment, *cluster, cluster_id, stores, metrics, logger}));
  EVENKEEL_ASSIGN_OR_RETURN(const auto doors,
                            ServeDoors(service.telemetry.metrics(), metrics, {application.served}));
  PortFile port(directory + "/metrics.port");
  EVENKEEL_RETURN_IF_ERROR(port.Write(doors->port()));
  logger.Write(
      LogSeverity::kInfo, "service", "started",
      {{"application", PublicText(application.served.name)}, {"metrics_port", doors->port()}});
  return RunUntilStopped({application.served.host}, stop, DrainTimeout(service.engine));
}

}  // namespace evenkeel
