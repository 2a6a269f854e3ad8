#pragma once

#include <map>
#include <string>
#include <vector>

#include "common/deployment.h"
#include "executor/executor_processor.h"

#include "evenkeel/engine/worker_options.h"
#include "evenkeel/v1/config.pb.h"

namespace evenkeel {

/// What an executor reads, in the order of its inputs.
std::vector<InputOptions> ExecutorInputs(const Deployment& deployment);

/// A processor for those inputs. `policies`: the channels that have a connector.
ExecutorProcessor::Options ExecutorOptions(const v1::ExecutorConfig& config,
                                           const Deployment& deployment,
                                           std::map<std::string, ChannelPolicy> policies);

}  // namespace evenkeel
