#include <utility>

#include "common/port_file.h"
#include "common/worker_setup.h"
#include "console/console_app.h"

#include "evenkeel/base/clock.h"

namespace evenkeel {
namespace {

constexpr std::int64_t kDayMs = 24LL * 3600 * 1000;

ViewRetention RetentionOf(const v1::ViewRetentionConfig& config) {
  ViewRetention retention;
  if (config.has_days()) retention.age_ms = config.days() * kDayMs;
  if (config.has_decisions_max()) retention.decisions_max = config.decisions_max();
  return retention;
}

Status CheckRetention(const v1::ViewRetentionConfig& config) {
  if (config.has_days() && (config.days() < 1 || config.days() > 36'500)) {
    return InvalidArgument("retention.days: " + std::to_string(config.days()) +
                           " is not between 1 and 36500");
  }
  if (config.has_decisions_max() && config.decisions_max() < 1) {
    return InvalidArgument("retention.decisions_max: " + std::to_string(config.decisions_max()) +
                           " is not 1 or more");
  }
  return {};
}

std::string InstanceOf(const v1::ConsoleConfig& config) {
  return config.instance().empty() ? "0" : config.instance();
}

}  // namespace

std::vector<ViewSource> ViewSourcesOf(const Deployment& deployment) {
  const TopicNames names = deployment.names();
  const Partition rows = deployment.row_count;
  std::vector<ViewSource> sources = {{names.Decisions(), ViewTopic::kDecisions, rows},
                                     {names.ApprovalRequests(), ViewTopic::kRequests, rows},
                                     {names.Verdicts(), ViewTopic::kVerdicts, rows},
                                     {names.Receipts(), ViewTopic::kReceipts, rows},
                                     {names.Ticks(), ViewTopic::kTicks, rows},
                                     {names.Control(), ViewTopic::kControl, 1}};
  for (const std::string& channel : deployment.channels) {
    const std::string topic = names.Actions(channel);
    sources.push_back({topic, ViewTopic::kActions, rows});
    sources.push_back({TopicNames::DeadLetters(topic), ViewTopic::kActionDeadLetters, rows});
  }
  return sources;
}

std::vector<ProgressGroup> ProgressGroupsOf(const Deployment& deployment) {
  const TopicNames names = deployment.names();
  ProgressGroup decider{.group = GroupOf(deployment, "decider")};
  for (const std::string& signal : deployment.signals) {
    decider.inputs.push_back(names.Signals(signal));
  }
  for (const std::string& topic :
       {names.Outcomes(), names.Ticks(), names.Receipts(), names.Verdicts()}) {
    decider.inputs.push_back(topic);
  }
  if (deployment.ticks_pace) decider.tick_topic = names.Ticks();
  ProgressGroup executor{.group = GroupOf(deployment, "executor")};
  for (const std::string& channel : deployment.channels) {
    executor.inputs.push_back(names.Actions(channel));
    executor.channels[names.Actions(channel)] = channel;
  }
  executor.inputs.push_back(names.Ticks());
  return {std::move(decider), std::move(executor)};
}

Status ConsoleApp::Check(const v1::ConsoleConfig& config) {
  EVENKEEL_RETURN_IF_ERROR(CheckRetention(config.retention()));
  for (const char c : InstanceOf(config)) {
    const bool legal = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    if (!legal) {
      return InvalidArgument("instance: \"" + config.instance() + "\"; use a-z, 0-9 and '-'");
    }
  }
  if (config.has_listener()) return InvalidArgument("listener: use api.http");
  if (!config.people_file().empty()) return InvalidArgument("people_file: use api.people_file");
  return {};
}

Result<std::unique_ptr<ConsoleApp>> ConsoleApp::Create(const v1::ConsoleConfig& config,
                                                       const std::string& directory,
                                                       const Context& context) {
  EVENKEEL_RETURN_IF_ERROR(Check(config));
  EVENKEEL_RETURN_IF_ERROR(MakeDirectory(directory));
  const Deployment& deployment = context.deployment;
  const TopicNames names = deployment.names();
  const std::string id = deployment.prefix + "console." + InstanceOf(config);
  std::unique_ptr<ConsoleApp> app(new ConsoleApp());
  const SignalDecoderOptions decoder{.clock = deployment.clock,
                                     .partition_count = deployment.row_count};
  EVENKEEL_ASSIGN_OR_RETURN(
      app->views_,
      Views::Open(context.stores, {.directory = directory + "/view",
                                   .identity = deployment.prefix + " " + context.cluster_id,
                                   .sources = ViewSourcesOf(deployment),
                                   .retention = RetentionOf(config.retention()),
                                   .decoder = decoder}));
  const Views& views = *app->views_;
  app->feed_ = std::make_unique<ViewFeed>(
      context.cluster, *app->views_,
      ViewFeed::Options{.transactional_id = id + ".view", .anchor_topic = names.Ticks()},
      context.logger);
  app->meter_ = std::make_unique<ProgressMeter>(
      context.cluster, views,
      ProgressMeter::Options{.transactional_id = id + ".progress",
                             .row_count = deployment.row_count,
                             .prefix = deployment.prefix,
                             .is_event_clock = deployment.clock == ClockMode::kEvent,
                             .groups = ProgressGroupsOf(deployment)});
  app->desk_ = std::make_unique<Desk>(
      OpenLogAccess(context.cluster, deployment.prefix, names.Ticks(), std::chrono::seconds(8)),
      views,
      Desk::Options{.names = names,
                    .writer = InstanceOf(config),
                    .row_count = deployment.row_count,
                    .clock = deployment.clock,
                    .channels = deployment.channels,
                    .wall_ms = [] { return WallTime().value; }});
  return app;
}

void ConsoleApp::Start() {
  feed_->Start();
  meter_->Start();
  reads_ = std::make_unique<WorkQueue>(2, 512);
  writes_ = std::make_unique<WorkQueue>(1, 128);
}

void ConsoleApp::Collect(std::vector<MetricSample>& out) const {
  const v1::ViewLag lag = views_->Lag();
  const ViewTotals totals = views_->Snapshot().totals;
  const auto add = [&out](const char* name, const char* help, std::int64_t value) {
    out.push_back({name, help, MetricKind::kGauge, {}, static_cast<double>(value)});
  };
  add("evenkeel_console_view_lag_records", "Records the console's view has not taken.",
      lag.records());
  add("evenkeel_console_decisions", "Decisions in the console's view.", totals.decisions);
  add("evenkeel_console_open_actions", "Actions that went out and have no end yet.",
      totals.OpenActions());
  add("evenkeel_console_open_approvals", "Requests for approval that wait for a person.",
      totals.open_approvals);
  out.push_back({"evenkeel_console_unreadable_records_total",
                 "Records the console's view passed over.",
                 MetricKind::kCounter,
                 {},
                 static_cast<double>(totals.unreadable)});
}

}  // namespace evenkeel
