#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/deployment.h"
#include "decider/decider_metrics.h"
#include "decider/query_service.h"

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

  /// Answers the decider's calls at a process's doors, about customers of this process and, if
  /// there may be other processes (`is_alone` false), of theirs. REQUIRES: once, before the doors
  /// open; they close before the app goes.
  void ServeQueries(RpcRegistry& registry, bool is_alone);

  /// Where the process's gRPC door is, "host:port", for the other processes.
  /// REQUIRES: after ServeQueries(), before the host starts.
  void Advertise(const std::string& address);

 private:
  /// A decider calls nobody.
  class NoEffects final : public EffectSink {
   public:
    void Execute(Partition, std::vector<Effect>) override {}
  };

  DeciderApp(const v1::DeciderConfig& config, const Context& context);

  Status MakeWorkers(const v1::DeciderConfig& config, const Context& context);

  DeciderMetrics metrics_;
  LogCluster& cluster_;
  CustomerReader::Options reading_;
  QueryIdentity identity_;
  std::vector<std::shared_ptr<DeciderWindow>> windows_;  // By worker.
  NoEffects no_effects_;
  std::optional<SigningKey> key_;
  std::unique_ptr<WorkerHost> host_;  // Its workers use the above.
  std::unique_ptr<QueryService> queries_;
};

}  // namespace evenkeel
