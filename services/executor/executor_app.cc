#include "executor/executor_app.h"

#include <algorithm>
#include <chrono>

#include "common/channels.h"
#include "executor/executor_setup.h"
#include "executor/sandbox_connector.h"
#include "executor/standard_webhooks.h"
#include "executor/webhook_connector.h"

#include "evenkeel/base/clock.h"

namespace evenkeel {
namespace {

constexpr std::size_t kCallsQueuedMax = 200'000;
constexpr int kCallThreadsMax = 64;

std::int64_t WallSeconds() { return WallTime().value / 1000; }

Result<std::unique_ptr<Connector>> MakeWebhook(const v1::WebhookConfig& config) {
  EVENKEEL_ASSIGN_OR_RETURN(WebhookSecret secret, WebhookSecret::Load(config.secret_file()));
  WebhookConnector::Options options{.url = config.url()};
  options.is_private_allowed = config.is_private_allowed();
  if (config.has_timeout_ms()) options.timeout = std::chrono::milliseconds(config.timeout_ms());
  // A target without a window forgets at once: it honours no key.
  options.idempotent = !config.has_idempotency_window_s() || config.idempotency_window_s() > 0;
  EVENKEEL_ASSIGN_OR_RETURN(
      auto connector, WebhookConnector::Create(std::move(options), std::move(secret), WallSeconds));
  return std::unique_ptr<Connector>(std::move(connector));
}

Result<std::unique_ptr<Connector>> MakeConnector(const v1::ConnectorConfig& config) {
  switch (config.kind_case()) {
    case v1::ConnectorConfig::kWebhook:
      return MakeWebhook(config.webhook());
    case v1::ConnectorConfig::kSandbox:
      return std::unique_ptr<Connector>(
          std::make_unique<SandboxConnector>(config.sandbox().file()));
    case v1::ConnectorConfig::KIND_NOT_SET:
      break;
  }
  return InvalidArgument("set webhook or sandbox");
}

ChannelPolicy PolicyOf(const v1::ConnectorConfig& config, const Connector& connector) {
  ChannelPolicy policy{.is_idempotent = connector.idempotent()};
  const v1::WebhookConfig& webhook = config.webhook();
  if (webhook.has_attempts_max()) {
    policy.attempts_max = static_cast<std::uint32_t>(webhook.attempts_max());
  }
  if (webhook.has_idempotency_window_s()) {
    policy.idempotency_window = std::chrono::seconds(webhook.idempotency_window_s());
  }
  if (webhook.has_backoff_ms()) policy.backoff = std::chrono::milliseconds(webhook.backoff_ms());
  if (webhook.has_backoff_max_ms()) {
    policy.backoff_max = std::chrono::milliseconds(webhook.backoff_max_ms());
  }
  return policy;
}

int CallThreads(const v1::ExecutorConfig& config) {
  int threads = 0;
  for (const v1::ConnectorConfig& connector : config.connectors()) {
    threads += connector.webhook().has_concurrency() ? connector.webhook().concurrency() : 8;
  }
  return std::clamp(threads, 1, kCallThreadsMax);
}

std::string PathOf(const v1::ConnectorConfig& config) {
  return "connectors[" + config.name() + "]";
}

}  // namespace

Status ExecutorApp::Check(const v1::ExecutorConfig& config, const Deployment& deployment) {
  std::map<std::string, std::string> owner;
  for (const v1::ConnectorConfig& connector : config.connectors()) {
    if (connector.name().empty()) return InvalidArgument("connectors: name is missing");
    for (const std::string& channel : connector.channels()) {
      const auto& all = deployment.channels;
      if (std::find(all.begin(), all.end(), channel) == all.end()) {
        return InvalidArgument(PathOf(connector) + ".channels: \"" + channel +
                               "\" is not a channel of the deployment; add it to channels");
      }
      if (const auto [other, is_new] = owner.emplace(channel, connector.name()); !is_new) {
        return InvalidArgument(PathOf(connector) + ".channels: \"" + channel +
                               "\" is served by connector \"" + other->second + "\" already");
      }
    }
    const Result<std::unique_ptr<Connector>> made = MakeConnector(connector);
    if (!made.ok()) return made.status().WithContext(PathOf(connector));
  }
  if (config.actions().public_keys_file().empty() && !config.actions().is_unsigned_allowed()) {
    return InvalidArgument(
        "actions.public_keys_file is not set, so no action could be carried out; name a file of "
        "trusted keys, or set actions.is_unsigned_allowed: true in a sandbox");
  }
  return {};
}

Result<std::unique_ptr<ExecutorApp>> ExecutorApp::Create(const v1::ExecutorConfig& config,
                                                         const Context& context) {
  EVENKEEL_RETURN_IF_ERROR(Check(config, context.deployment));
  std::unique_ptr<ExecutorApp> app(new ExecutorApp());
  app->trust_.is_unsigned_allowed = config.actions().is_unsigned_allowed();
  if (!config.actions().public_keys_file().empty()) {
    EVENKEEL_ASSIGN_OR_RETURN(app->trust_.keys,
                              VerifyingKeys::Load(config.actions().public_keys_file()));
  }
  EVENKEEL_RETURN_IF_ERROR(app->MakeConnectors(config));
  EVENKEEL_RETURN_IF_ERROR(app->MakeWorkers(config, context));
  return app;
}

Status ExecutorApp::MakeConnectors(const v1::ExecutorConfig& config) {
  for (const v1::ConnectorConfig& connector : config.connectors()) {
    EVENKEEL_ASSIGN_OR_RETURN(auto made, MakeConnector(connector));
    for (const std::string& channel : connector.channels()) {
      by_channel_[channel] = made.get();
      policies_[channel] = PolicyOf(connector, *made);
    }
    connectors_.push_back(std::move(made));
  }
  pool_ =
      std::make_unique<EffectPool>(static_cast<std::size_t>(CallThreads(config)), kCallsQueuedMax);
  stopper_.pool = pool_.get();
  return {};
}

Status ExecutorApp::MakeWorkers(const v1::ExecutorConfig& config, const Context& context) {
  const Deployment& deployment = context.deployment;
  EVENKEEL_ASSIGN_OR_RETURN(ApplicationSetup setup,
                            SetupOf(config.engine(), "executor.engine", "executor"));
  setup.cluster_id = context.cluster_id;
  setup.inputs = ExecutorInputs(deployment);
  setup.globals = ExecutorGlobals(deployment);
  std::vector<std::unique_ptr<Worker>> workers;
  for (int i = 0; i < setup.workers; ++i) {
    EVENKEEL_ASSIGN_OR_RETURN(WorkerOptions options,
                              ExecutorWorkerOptions(config, deployment, setup, i));
    boards_.push_back(std::make_unique<ControlBoard>());
    ControlBoard& control = *boards_.back();
    sinks_.push_back(std::make_unique<CallSink>(by_channel_, *pool_, control, WallTime));
    workers.push_back(std::make_unique<Worker>(
        Worker::Ports{context.cluster, context.stores, *sinks_.back()}, std::move(options),
        std::make_unique<ExecutorProcessor>(ExecutorOptions(config, deployment, policies_), trust_,
                                            control)));
    sinks_.back()->Attach(*workers.back());
    workers.back()->Advertise(AdvertisedChannels(deployment.channels));
  }
  host_ = std::make_unique<WorkerHost>(setup.application, std::move(workers), context.logger);
  return {};
}

std::size_t ExecutorApp::open_calls() const {
  std::size_t open = 0;
  for (const auto& sink : sinks_) open += sink->open();
  return open;
}

void ExecutorApp::Collect(std::vector<MetricSample>& out) const {
  host_->Collect(out);
  CallCounters sum;
  for (const auto& sink : sinks_) {
    const CallCounters counters = sink->counters();
    sum.calls += counters.calls;
    sum.done += counters.done;
    sum.retries += counters.retries;
    sum.failed += counters.failed;
    sum.ambiguous += counters.ambiguous;
  }
  const auto add = [&out](const char* outcome, std::uint64_t value) {
    out.push_back({"evenkeel_executor_calls_total",
                   "Calls to targets, by what came of them.",
                   MetricKind::kCounter,
                   {{"outcome", outcome}},
                   static_cast<double>(value)});
  };
  add("done", sum.done);
  add("failed", sum.failed);
  add("ambiguous", sum.ambiguous);
  add("retry", sum.calls - sum.done - sum.failed - sum.ambiguous);
  out.push_back({"evenkeel_executor_open_calls",
                 "Calls handed out and not reported yet.",
                 MetricKind::kGauge,
                 {},
                 static_cast<double>(open_calls())});
}

}  // namespace evenkeel
