#pragma once

#include <memory>
#include <optional>
#include <string>

#include "common/deployment.h"
#include "decider/decider_metrics.h"

#include "evenkeel/audit/signing.h"
#include "evenkeel/base/result.h"
#include "evenkeel/engine/effect_sink.h"
#include "evenkeel/log/cluster.h"
#include "evenkeel/runtime/worker_host.h"
#include "evenkeel/state/store_resources.h"
#include "evenkeel/v1/config.pb.h"

namespace evenkeel {

/// The decider, put together.
class DeciderApp {
 public:
  /// What it is given. All of it outlives the app.
  struct Context {
    const Deployment& deployment;
    LogCluster& cluster;
    std::string cluster_id;
    StoreResources& stores;
    Metrics& metrics;
    const Logger& logger;
  };

  /// Names what is wrong with `config`: key, value, remedy.
  static Status Check(const v1::DeciderConfig& config);

  static Result<std::unique_ptr<DeciderApp>> Create(const v1::DeciderConfig& config,
                                                    const Context& context);

  WorkerHost& host() { return *host_; }

 private:
  /// A decider calls nobody.
  class NoEffects final : public EffectSink {
   public:
    void Execute(Partition, std::vector<Effect>) override {}
  };

  explicit DeciderApp(Metrics& metrics) : metrics_(metrics) {}

  Status MakeWorkers(const v1::DeciderConfig& config, const Context& context);

  DeciderMetrics metrics_;
  NoEffects no_effects_;
  std::optional<SigningKey> key_;
  std::unique_ptr<WorkerHost> host_;  // Last: its workers use the above.
};

}  // namespace evenkeel
