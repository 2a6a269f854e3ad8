#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/deployment.h"
#include "common/worker_setup.h"
#include "executor/action_reader.h"
#include "executor/call_sink.h"
#include "executor/connector.h"
#include "executor/effect_pool.h"
#include "executor/executor_processor.h"

#include "evenkeel/log/cluster.h"
#include "evenkeel/runtime/worker_host.h"
#include "evenkeel/state/store_resources.h"
#include "evenkeel/v1/config.pb.h"

namespace evenkeel {

/// The executor, put together: connectors, calls, tasks.
class ExecutorApp {
 public:
  /// What it is given. All of it outlives the app.
  struct Context {
    const Deployment& deployment;
    LogCluster& cluster;
    std::string cluster_id;
    StoreResources& stores;
    const Logger& logger;
  };

  /// Names what is wrong with `config`: key, value, remedy.
  static Status Check(const v1::ExecutorConfig& config, const Deployment& deployment);

  static Result<std::unique_ptr<ExecutorApp>> Create(const v1::ExecutorConfig& config,
                                                     const Context& context);

  WorkerHost& host() { return *host_; }
  /// Calls handed out whose results are not posted yet.
  std::size_t open_calls() const;
  void Collect(std::vector<MetricSample>& out) const;

  /// Drains: no more intake, calls under way finish, workers commit and leave.
  void RequestStop() { host_->RequestStop(); }

 private:
  ExecutorApp() = default;

  Status MakeConnectors(const v1::ExecutorConfig& config);
  Status MakeWorkers(const v1::ExecutorConfig& config, const Context& context);

  ActionTrust trust_;
  std::vector<std::unique_ptr<Connector>> connectors_;
  std::map<std::string, Connector*> by_channel_;
  std::map<std::string, ChannelPolicy> policies_;
  std::unique_ptr<EffectPool> pool_;
  std::vector<std::unique_ptr<ControlBoard>> boards_;  // One for each worker,
  std::vector<std::unique_ptr<CallSink>> sinks_;       // and so of these.
  std::unique_ptr<WorkerHost> host_;                   // Its workers use the sinks.
  /// Destroyed first: no call may report to a worker that is gone.
  struct PoolStopper {
    EffectPool* pool = nullptr;
    ~PoolStopper() {
      if (pool != nullptr) pool->Stop();
    }
  } stopper_;
};

}  // namespace evenkeel
