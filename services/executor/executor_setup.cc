#include "executor/executor_setup.h"

#include <utility>

namespace evenkeel {

std::vector<InputOptions> ExecutorInputs(const Deployment& deployment) {
  std::vector<InputOptions> inputs;
  inputs.reserve(deployment.channels.size() + 1);
  for (const std::string& channel : deployment.channels) {
    inputs.push_back({.topic = deployment.names().Actions(channel)});
  }
  inputs.push_back({.topic = deployment.names().Ticks()});
  return inputs;
}

// An action of a tick comes after that tick: an executor that waited for the next one would never
// answer a world that waits for its answer.
Result<WorkerOptions> ExecutorWorkerOptions(const v1::ExecutorConfig& config,
                                            const Deployment& deployment,
                                            const ApplicationSetup& setup, int index) {
  Deployment unpaced = deployment;
  unpaced.ticks_pace = false;
  return MakeWorkerOptions(unpaced, config.engine(), config.clock(), setup, index);
}

std::vector<std::string> ExecutorGlobals(const Deployment& deployment) {
  return {deployment.names().Control()};
}

ExecutorProcessor::Options ExecutorOptions(const v1::ExecutorConfig& config,
                                           const Deployment& deployment,
                                           std::map<std::string, ChannelPolicy> policies) {
  ExecutorProcessor::Options options;
  options.name = "evenkeel/executor";
  options.deployment = deployment.prefix;
  options.environment = deployment.environment;
  options.is_simulated = deployment.clock == ClockMode::kEvent;
  options.receipts_topic = deployment.names().Receipts();
  options.input_channels = deployment.channels;
  options.input_channels.emplace_back();  // Ticks.
  options.channels = std::move(policies);
  if (config.has_result_days()) {
    options.keep_results_ms = std::int64_t{config.result_days()} * 24 * 3600 * 1000;
  }
  return options;
}

}  // namespace evenkeel
