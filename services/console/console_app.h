#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/deployment.h"
#include "console/desk.h"
#include "console/progress_meter.h"
#include "console/view_feed.h"
#include "console/views.h"
#include "console/work_queue.h"

#include "evenkeel/base/result.h"
#include "evenkeel/log/cluster.h"
#include "evenkeel/runtime/http_listener.h"
#include "evenkeel/runtime/rpc.h"
#include "evenkeel/state/store_resources.h"
#include "evenkeel/telemetry/log.h"
#include "evenkeel/telemetry/metrics.h"
#include "evenkeel/v1/config.pb.h"

namespace evenkeel {

/// The console, put together: the view and who feeds it, the desk where people's answers are
/// written, the meter of progress, and their methods.
class ConsoleApp {
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
  static Status Check(const v1::ConsoleConfig& config);

  /// Makes `directory`, if it is not there; the view is in `view` below it.
  static Result<std::unique_ptr<ConsoleApp>> Create(const v1::ConsoleConfig& config,
                                                    const std::string& directory,
                                                    const Context& context);

  /// Registers DecisionService (what was decided), ApprovalService and ControlService, and
  /// GET /progress. The app outlives both.
  void Register(RpcRegistry& registry, HttpListener& http);

  /// Begins to follow the log.
  void Start();

  /// The view was once at the ends that the log had when it began to be followed, and the log is
  /// there.
  bool is_ready() const { return feed_->is_ready(); }

  void Collect(std::vector<MetricSample>& out) const;

  const Views& views() const { return *views_; }
  ProgressMeter& meter() { return *meter_; }

 private:
  ConsoleApp() = default;
  void RegisterQueries(RpcRegistry& registry);
  void RegisterDesk(RpcRegistry& registry);

  std::unique_ptr<Views> views_;
  std::unique_ptr<Desk> desk_;
  std::unique_ptr<ViewFeed> feed_;
  std::unique_ptr<ProgressMeter> meter_;
  std::unique_ptr<WorkQueue> reads_;   // Last: their work uses all of the above.
  std::unique_ptr<WorkQueue> writes_;  // One thread: one answer after the other.
};

/// What the view of a deployment is made of.
std::vector<ViewSource> ViewSourcesOf(const Deployment& deployment);

/// The groups of the deployment's workers and what they read.
std::vector<ProgressGroup> ProgressGroupsOf(const Deployment& deployment);

}  // namespace evenkeel
