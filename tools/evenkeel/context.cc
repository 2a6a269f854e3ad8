#include "context.h"

#include <fstream>

#include "common/open_log.h"
#include <unistd.h>

#include "evenkeel/runtime/config_loader.h"
#include "evenkeel/runtime/log_api.h"

namespace evenkeel {
namespace {

constexpr std::chrono::milliseconds kTimeout = std::chrono::seconds(60);

/// The port of the process that has the local log open; 0 if there is none.
std::uint16_t PortOf(const v1::LocalLogConfig& config) {
  std::ifstream in(LocalPortFile(config));
  std::uint16_t port = 0;
  in >> port;
  return in ? port : std::uint16_t{0};
}

}  // namespace

Result<std::unique_ptr<CommandContext>> CommandContext::Load(const std::string& file,
                                                             const std::vector<std::string>& sets) {
  if (file.empty()) {
    return InvalidArgument(
        "--config is missing: name the configuration of the deployment's decider or standalone "
        "process");
  }
  const ConfigSources sources{
      .file = file, .environment = ReadConfigEnvironment(environ), .sets = sets};
  std::unique_ptr<CommandContext> context(new CommandContext());
  v1::StandaloneConfig standalone;
  Status as_standalone = LoadConfig(sources, standalone);
  if (as_standalone.ok()) as_standalone = CompleteStandaloneConfig(standalone);
  if (as_standalone.ok()) {
    EVENKEEL_ASSIGN_OR_RETURN(context->deployment_, DeploymentOf(standalone));
    context->decider_ = standalone.decider();
    context->log_ = standalone.log();
    return context;
  }
  const Status as_decider = LoadConfig(sources, context->decider_);
  if (!as_decider.ok()) {
    // The one with fewer complaints is what was meant.
    return as_standalone.message().size() < as_decider.message().size() ? as_standalone
                                                                        : as_decider;
  }
  EVENKEEL_ASSIGN_OR_RETURN(context->deployment_, DeploymentOf(context->decider_));
  context->log_ = context->decider_.log();
  return context;
}

Result<LogCluster*> CommandContext::Cluster() {
  if (cluster_ == nullptr) {
    EVENKEEL_ASSIGN_OR_RETURN(cluster_, OpenLog(log_, {}));
  }
  return cluster_.get();
}

Result<LogAccess*> CommandContext::Access() {
  if (access_ != nullptr) return access_.get();
  if (log_.has_local()) {
    if (const std::uint16_t port = PortOf(log_.local()); port != 0) {
      auto remote = OpenRemoteLogAccess(port, kTimeout);
      if (remote->DescribeTopics({}).ok()) {
        access_ = std::move(remote);
        return access_.get();
      }
    }
  }
  EVENKEEL_ASSIGN_OR_RETURN(LogCluster * cluster, Cluster());
  access_ = OpenLogAccess(*cluster, deployment_.prefix, deployment_.names().Ticks(), kTimeout);
  return access_.get();
}

}  // namespace evenkeel
