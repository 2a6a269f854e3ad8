#include "decider/decider_app.h"

#include <climits>

#include "common/api_server.h"
#include "common/open_log.h"
#include "common/worker_setup.h"
#include "decider/decider_setup.h"
#include <unistd.h>

#include "evenkeel/base/clock.h"

namespace evenkeel {
namespace {

void LogBundle(const Logger& logger, const Bundle* bundle, const Status& status) {
  if (!status.ok()) {
    logger.Write(LogSeverity::kError, "decider",
                 "bundle refused; the one before, if any, stays in force",
                 {{"reason", PublicText(status.message())}});
  } else {
    logger.Write(LogSeverity::kInfo, "decider", "bundle in force",
                 {{"bundle", PublicText(bundle->id())}});
  }
}

std::string HostName() {
  char name[HOST_NAME_MAX + 1] = {};
  return gethostname(name, sizeof name - 1) == 0 && name[0] != '\0' ? name : "localhost";
}

// Reads of one customer take microseconds; a batch must not keep the next caller waiting.
constexpr std::size_t kQueryThreads = 2;

}  // namespace

Status DeciderApp::Check(const v1::DeciderConfig& config) {
  EVENKEEL_RETURN_IF_ERROR(DeploymentOf(config).status());
  EVENKEEL_RETURN_IF_ERROR(CheckLogConfig(config.log()));
  if (config.has_queries()) {
    return InvalidArgument("queries: replaced by `api`; write api: {grpc: ..., http: ...}");
  }
  EVENKEEL_RETURN_IF_ERROR(ApiServer::Check(config.api(), "api"));
  return SetupOf(config.engine(), "engine", "decider").status();
}

DeciderApp::DeciderApp(const v1::DeciderConfig& config, const Context& context)
    : metrics_(context.metrics),
      cluster_(context.cluster),
      reading_{.row_count = context.deployment.row_count,
               .clock = context.deployment.clock,
               .origin = OriginOf(context.deployment),
               .monotonic = [] { return std::chrono::steady_clock::now(); },
               .wall = WallTime},
      identity_{.log = context.cluster_id,
                .group = GroupOf(context.deployment, config.engine().application().empty()
                                                         ? "decider"
                                                         : config.engine().application()),
                .members = {},
                .host = HostName()} {}

Result<std::unique_ptr<DeciderApp>> DeciderApp::Create(const v1::DeciderConfig& config,
                                                       const Context& context) {
  std::unique_ptr<DeciderApp> app(new DeciderApp(config, context));
  if (!config.signing().key_file().empty()) {
    EVENKEEL_ASSIGN_OR_RETURN(app->key_, SigningKey::Load(config.signing().key_file()));
  }
  EVENKEEL_RETURN_IF_ERROR(app->MakeWorkers(config, context));
  return app;
}

Status DeciderApp::MakeWorkers(const v1::DeciderConfig& config, const Context& context) {
  const Deployment& deployment = context.deployment;
  EVENKEEL_ASSIGN_OR_RETURN(ApplicationSetup setup,
                            SetupOf(config.engine(), "decider.engine", "decider"));
  setup.cluster_id = context.cluster_id;
  setup.inputs = DeciderInputs(deployment);
  setup.globals = DeciderGlobals(deployment);
  EVENKEEL_ASSIGN_OR_RETURN(TimeZoneDatabase opened, TimeZoneDatabase::Open());
  const auto zones = std::make_shared<const TimeZoneDatabase>(std::move(opened));
  VerifyingKeys bundle_keys;
  if (!config.bundles().public_keys_file().empty()) {
    EVENKEEL_ASSIGN_OR_RETURN(bundle_keys,
                              VerifyingKeys::Load(config.bundles().public_keys_file()));
  }
  std::vector<std::unique_ptr<Worker>> workers;
  for (int i = 0; i < setup.workers; ++i) {
    EVENKEEL_ASSIGN_OR_RETURN(WorkerOptions options,
                              DeciderWorkerOptions(config, deployment, setup, i));
    DeciderProcessor::Options processing =
        DeciderOptions(config, deployment, key_ ? &*key_ : nullptr, bundle_keys);
    processing.on_bundle = [&logger = context.logger](const Bundle* bundle, const Status& status) {
      LogBundle(logger, bundle, status);
    };
    processing.on_awaited = [&logger = context.logger](const ActiveBundle& bundle) {
      logger.Write(LogSeverity::kWarning, "decider",
                   "a bundle is to be in force of which parts are missing; the one before, if any, "
                   "stays until they come: is somebody still publishing it?",
                   {{"bundle", PublicText(bundle.name + "@" + ToHex(bundle.digest))},
                    {"revision", bundle.revision}});
    };
    identity_.members.insert(WorkerInstance(setup, i));
    processing.window = windows_.emplace_back(std::make_shared<DeciderWindow>());
    auto processor = std::make_unique<DeciderProcessor>(std::move(processing), zones, metrics_);
    workers.push_back(
        std::make_unique<Worker>(Worker::Ports{context.cluster, context.stores, no_effects_},
                                 std::move(options), std::move(processor)));
  }
  host_ = std::make_unique<WorkerHost>(setup.application, std::move(workers), context.logger);
  return {};
}

void DeciderApp::ServeQueries(RpcRegistry& registry, bool is_alone) {
  std::vector<CustomerReader::Worker> workers;
  workers.reserve(host_->size());
  for (std::size_t i = 0; i < host_->size(); ++i) {
    workers.push_back({host_->worker(i).board(), windows_[i]});
  }
  auto directory = is_alone ? nullptr
                            : std::make_unique<OwnerDirectory>(
                                  cluster_, OwnerDirectory::Options{.group = identity_.group});
  queries_ = std::make_unique<QueryService>(CustomerReader(reading_, std::move(workers)), identity_,
                                            std::move(directory), kQueryThreads);
  queries_->Register(registry);
}

void DeciderApp::Advertise(const std::string& address) {
  const std::string advertised = Advertised(identity_.host, address);
  for (std::size_t i = 0; i < host_->size(); ++i) host_->worker(i).Advertise(advertised);
}

}  // namespace evenkeel
