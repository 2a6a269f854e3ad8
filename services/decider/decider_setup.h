#pragma once

#include <string>
#include <vector>

#include "common/deployment.h"
#include "common/worker_setup.h"
#include "decider/decider_processor.h"

#include "evenkeel/audit/signing.h"
#include "evenkeel/engine/worker_options.h"
#include "evenkeel/v1/config.pb.h"

namespace evenkeel {

/// What a decider reads, in the order of its inputs.
std::vector<InputOptions> DeciderInputs(const Deployment& deployment);

/// Topics of DeciderProcessor::Global, in that order.
std::vector<std::string> DeciderGlobals(const Deployment& deployment);

/// The options of worker `index`, whose `setup` has the above. What the engine lets a state grow to
/// lies above what the decision core does: the core refuses a signal, the engine can only stop.
Result<WorkerOptions> DeciderWorkerOptions(const v1::DeciderConfig& config,
                                           const Deployment& deployment,
                                           const ApplicationSetup& setup, int index);

/// What decisions of this deployment say of where they were made; the task's epoch apart.
DecisionOrigin OriginOf(const Deployment& deployment);

/// A processor as `config` wants it, without `on_bundle`. `key`, which may be null, outlives it.
DeciderProcessor::Options DeciderOptions(const v1::DeciderConfig& config,
                                         const Deployment& deployment, const SigningKey* key,
                                         const VerifyingKeys& bundle_keys);

}  // namespace evenkeel
