#include "decider/decider_setup.h"

#include <algorithm>

namespace evenkeel {
namespace {

StateLimits LimitsOf(const v1::DeciderConfig& config) {
  StateLimits limits;
  if (config.engine().state().has_max_bytes()) {
    limits.bytes_max = config.engine().state().max_bytes();
  }
  return limits;
}

}  // namespace

std::vector<InputOptions> DeciderInputs(const Deployment& deployment) {
  const TopicNames names = deployment.names();
  std::vector<InputOptions> inputs;
  inputs.reserve(deployment.signals.size() + 4);
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

std::vector<std::string> DeciderGlobals(const Deployment& deployment) {
  const TopicNames names = deployment.names();
  return {names.Bundles(), names.Control(), names.Context()};
}

Result<WorkerOptions> DeciderWorkerOptions(const v1::DeciderConfig& config,
                                           const Deployment& deployment,
                                           const ApplicationSetup& setup, int index) {
  EVENKEEL_ASSIGN_OR_RETURN(WorkerOptions options, MakeWorkerOptions(deployment, config.engine(),
                                                                     config.clock(), setup, index));
  const StateLimits limits = LimitsOf(config);
  // Opt-outs, receipts and verdicts may use the headroom, and a decision adds its contacts.
  options.limits.state_max_bytes =
      std::max(options.limits.state_max_bytes,
               static_cast<std::size_t>(2 * (limits.bytes_max + DecisionCore::kHeadroomBytes)));
  return options;
}

DecisionOrigin OriginOf(const Deployment& deployment) {
  return {.deployment = deployment.prefix,
          .environment = deployment.environment,
          .is_simulated = deployment.clock == ClockMode::kEvent,
          .program = "evenkeel"};
}

DeciderProcessor::Options DeciderOptions(const v1::DeciderConfig& config,
                                         const Deployment& deployment, const SigningKey* key,
                                         const VerifyingKeys& bundle_keys) {
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
  options.writer.origin = OriginOf(deployment);
  options.writer.key = key;
  options.limits = LimitsOf(config);
  for (const InputOptions& input : DeciderInputs(deployment)) {
    options.input_topics.push_back(input.topic);
  }
  options.channels = deployment.channels;
  return options;
}

}  // namespace evenkeel
