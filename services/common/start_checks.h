#pragma once

#include <stop_token>
#include <string>

#include "common/deployment.h"

#include "evenkeel/base/result.h"
#include "evenkeel/log/cluster.h"
#include "evenkeel/telemetry/log.h"

namespace evenkeel {

/// Waits for the log, says so once, and compares its topics with the deployment's plan.
/// Returns the log's id. Errors: kFailedPrecondition with what is wrong and the command that mends
/// it; kCancelled if `stop` was asked for while waiting.
Result<std::string> CheckLogAtStart(LogCluster& cluster, const Deployment& deployment,
                                    const std::string& config_file_hint, const Logger& logger,
                                    const std::stop_token& stop);

}  // namespace evenkeel
