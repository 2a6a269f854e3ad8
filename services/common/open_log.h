#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "evenkeel/base/result.h"
#include "evenkeel/log/cluster.h"
#include "evenkeel/telemetry/log.h"
#include "evenkeel/v1/config.pb.h"

namespace evenkeel {

/// Instance ids of the members of each group: what the local log shares rows out by.
using GroupMembers = std::map<std::string, std::vector<std::string>>;

/// Opens the log that `config` names. Does not wait for a broker. What librdkafka has to say goes
/// to `logger`, which outlives the log; without one, its errors go to stderr. Errors:
/// kInvalidArgument (configuration), kFailedPrecondition (a local log that another process has
/// open), kDataLoss.
Result<std::unique_ptr<LogCluster>> OpenLog(const v1::LogConfig& config, GroupMembers members,
                                            const Logger* logger = nullptr);

/// What is wrong with `config`, without opening anything.
Status CheckLogConfig(const v1::LogConfig& config);

/// Where the process that has a local log open says how to reach it.
std::string LocalPortFile(const v1::LocalLogConfig& config);

}  // namespace evenkeel
