#pragma once

#include <map>
#include <string>
#include <vector>

#include "common/deployment.h"
#include "common/worker_setup.h"
#include "executor/executor_processor.h"

#include "evenkeel/engine/worker_options.h"
#include "evenkeel/v1/config.pb.h"

namespace evenkeel {

/// What an executor reads, in the order of its inputs.
std::vector<InputOptions> ExecutorInputs(const Deployment& deployment);

/// The options of worker `index`, whose `setup` has the above. Under the event clock it goes on
/// with its records, also where deciders go from tick to tick.
Result<WorkerOptions> ExecutorWorkerOptions(const v1::ExecutorConfig& config,
                                            const Deployment& deployment,
                                            const ApplicationSetup& setup, int index);

/// Topics of ExecutorProcessor::Global, in that order.
std::vector<std::string> ExecutorGlobals(const Deployment& deployment);

/// A processor for those inputs. `policies`: the channels that have a connector.
ExecutorProcessor::Options ExecutorOptions(const v1::ExecutorConfig& config,
                                           const Deployment& deployment,
                                           std::map<std::string, ChannelPolicy> policies);

}  // namespace evenkeel
