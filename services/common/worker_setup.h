#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "common/deployment.h"

#include "evenkeel/base/result.h"
#include "evenkeel/engine/worker_options.h"
#include "evenkeel/v1/config.pb.h"

namespace evenkeel {

/// What the workers of one application in one process share.
struct ApplicationSetup {
  std::string application;  ///< "decider", "executor".
  std::string instance;     ///< Names this process among those of the application.
  int workers = 1;          ///< Threads.
  std::string state_directory;
  std::string cluster_id;
  std::vector<InputOptions> inputs;
  std::vector<std::string> globals;
};

/// Reads what `config` says of `setup`; `application` is the default name.
/// Errors: kInvalidArgument naming the key under `path`, its value and the remedy.
Result<ApplicationSetup> SetupOf(const v1::EngineConfig& config, const std::string& path,
                                 const std::string& application);

/// The options of worker `index`, checked.
Result<WorkerOptions> MakeWorkerOptions(const Deployment& deployment,
                                        const v1::EngineConfig& config,
                                        const v1::ClockConfig& clock, const ApplicationSetup& setup,
                                        int index);

/// How long a process may take to end in order.
std::chrono::milliseconds DrainTimeout(const v1::EngineConfig& config);

/// Instance id of worker `index`: static membership, and what the local log shares rows out by.
std::string WorkerInstance(const ApplicationSetup& setup, int index);

/// The group of an application's workers.
std::string GroupOf(const Deployment& deployment, const std::string& application);

}  // namespace evenkeel
