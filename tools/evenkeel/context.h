#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/deployment.h"

#include "evenkeel/base/result.h"
#include "evenkeel/log/cluster.h"
#include "evenkeel/runtime/log_access.h"
#include "evenkeel/v1/config.pb.h"

namespace evenkeel {

/// What every command needs: the deployment that --config names, and ways into its log.
class CommandContext {
 public:
  /// `file` is the configuration of a decider or of a standalone process.
  static Result<std::unique_ptr<CommandContext>> Load(const std::string& file,
                                                      const std::vector<std::string>& sets);

  const Deployment& deployment() const { return deployment_; }
  const v1::DeciderConfig& decider() const { return decider_; }
  const v1::LogConfig& log_config() const { return log_; }

  /// The log itself. Fails for a local log that a process has open.
  Result<LogCluster*> Cluster();

  /// The log, or the process that has it open.
  Result<LogAccess*> Access();

 private:
  CommandContext() = default;

  Deployment deployment_;
  v1::DeciderConfig decider_;
  v1::LogConfig log_;
  std::unique_ptr<LogCluster> cluster_;
  std::unique_ptr<LogAccess> access_;  // Last: it may use cluster_.
};

}  // namespace evenkeel
