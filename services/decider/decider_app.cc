#include "decider/decider_app.h"

#include "common/open_log.h"
#include "common/worker_setup.h"
#include "decider/decider_processor.h"

namespace evenkeel {
namespace {

std::vector<InputOptions> InputsOf(const Deployment& deployment) {
  const TopicNames names = deployment.names();
  std::vector<InputOptions> inputs;
  for (const std::string& topic : deployment.signals) {
    inputs.push_back({.topic = names.Signals(topic)});
  }
  inputs.push_back({.topic = names.Outcomes()});
  inputs.push_back({.topic = names.Ticks(), .is_tick = deployment.ticks_pace});
  // What comes back to us does not move the clock: it says when we were told, not when it happened.
  inputs.push_back({.topic = names.Receipts(), .moves_clock = false});
  inputs.push_back({.topic = names.Verdicts(), .moves_clock = false});
  return inputs;
}

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

DeciderProcessor::Options ProcessorOptions(const v1::DeciderConfig& config,
                                           const DeciderApp::Context& context,
                                           const ApplicationSetup& setup, const SigningKey* key,
                                           const VerifyingKeys& bundle_keys) {
  const Deployment& deployment = context.deployment;
  DeciderProcessor::Options options;
  options.decoder.clock = deployment.clock;
  options.decoder.partition_count = deployment.row_count;
  if (config.engine().limits().has_record_max_bytes()) {
    options.decoder.record_max_bytes =
        static_cast<std::size_t>(config.engine().limits().record_max_bytes());
  }
  options.bundles.allow_unsigned = config.bundles().is_unsigned_allowed();
  options.bundles.trusted_keys = bundle_keys.keys();
  options.reservations_wait = deployment.clock == ClockMode::kEvent;
  options.writer.names = deployment.names();
  options.writer.origin = {.deployment = deployment.prefix,
                           .environment = deployment.environment,
                           .is_simulated = deployment.clock == ClockMode::kEvent,
                           .program = "evenkeel"};
  options.writer.key = key;
  if (config.engine().state().has_max_bytes()) {
    options.limits.bytes_max = config.engine().state().max_bytes();
  }
  for (const InputOptions& input : setup.inputs) options.input_topics.push_back(input.topic);
  options.channels = deployment.channels;
  options.on_bundle = [&logger = context.logger](const Bundle* bundle, const Status& status) {
    LogBundle(logger, bundle, status);
  };
  return options;
}

}  // namespace

Status DeciderApp::Check(const v1::DeciderConfig& config) {
  EVENKEEL_RETURN_IF_ERROR(DeploymentOf(config).status());
  EVENKEEL_RETURN_IF_ERROR(CheckLogConfig(config.log()));
  if (config.has_queries()) {
    return InvalidArgument("queries: this build answers none yet; remove it");
  }
  return SetupOf(config.engine(), "engine", "decider").status();
}

Result<std::unique_ptr<DeciderApp>> DeciderApp::Create(const v1::DeciderConfig& config,
                                                       const Context& context) {
  std::unique_ptr<DeciderApp> app(new DeciderApp(context.metrics));
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
  setup.inputs = InputsOf(deployment);
  setup.globals = {deployment.names().Bundles(), deployment.names().Control(),
                   deployment.names().Context()};
  EVENKEEL_ASSIGN_OR_RETURN(TimeZoneDatabase opened, TimeZoneDatabase::Open());
  const auto zones = std::make_shared<const TimeZoneDatabase>(std::move(opened));
  VerifyingKeys bundle_keys;
  if (!config.bundles().public_keys_file().empty()) {
    EVENKEEL_ASSIGN_OR_RETURN(bundle_keys,
                              VerifyingKeys::Load(config.bundles().public_keys_file()));
  }
  std::vector<std::unique_ptr<Worker>> workers;
  for (int i = 0; i < setup.workers; ++i) {
    EVENKEEL_ASSIGN_OR_RETURN(WorkerOptions options, MakeWorkerOptions(deployment, config.engine(),
                                                                       config.clock(), setup, i));
    auto processor = std::make_unique<DeciderProcessor>(
        ProcessorOptions(config, context, setup, key_ ? &*key_ : nullptr, bundle_keys), zones,
        metrics_);
    workers.push_back(
        std::make_unique<Worker>(Worker::Ports{context.cluster, context.stores, no_effects_},
                                 std::move(options), std::move(processor)));
  }
  host_ = std::make_unique<WorkerHost>(setup.application, std::move(workers), context.logger);
  return {};
}

}  // namespace evenkeel
