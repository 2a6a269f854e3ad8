#include "common/deployment.h"

#include <algorithm>
#include <array>
#include <set>

namespace evenkeel {
namespace {

constexpr std::array<std::string_view, 14> kFamilies = {
    "telemetry", "usage",  "billing", "support", "interaction", "feedback", "commercial",
    "profile",   "custom", "forget",  "tick",    "receipt",     "verdict",  "outcome"};
// Those that share the topics `signals.<family>.v1`. Forgetting goes with the profile.
constexpr std::size_t kSignalFamilies = 9;

Status CheckName(const std::string& key, const std::string& value) {
  const bool legal =
      !value.empty() && value.size() <= 200 && std::all_of(value.begin(), value.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
      });
  if (legal) return {};
  return InvalidArgument(key + ": \"" + value +
                         "\" may not be part of a topic's name; use a-z, 0-9, '.' and '-'");
}

Status FillClock(const v1::ClockConfig& config, Deployment& out) {
  out.clock = config.mode() == v1::CLOCK_MODE_EVENT ? ClockMode::kEvent : ClockMode::kWall;
  out.ticks_pace = config.advance() == v1::CLOCK_ADVANCE_TO_TICK;
  if (out.ticks_pace && out.clock == ClockMode::kWall) {
    return InvalidArgument(
        "clock.advance: to_tick needs clock.mode: event; remove it or set the mode");
  }
  return {};
}

Status FillNames(const v1::DeploymentConfig& config, const v1::LogConfig& log, Deployment& out) {
  if (config.has_prefix()) out.prefix = config.prefix();
  EVENKEEL_RETURN_IF_ERROR(CheckName("deployment.prefix", out.prefix));
  if (config.environment() != v1::ENVIRONMENT_UNSPECIFIED) {
    out.environment = static_cast<Environment>(config.environment());  // The same numbers.
  }
  if (log.has_partition_count()) out.row_count = log.partition_count();
  if (out.row_count < 1 || out.row_count > 1024) {
    return InvalidArgument("log.partition_count: " + std::to_string(out.row_count) +
                           " is not between 1 and 1024");
  }
  return {};
}

Status FillTopics(const v1::DeciderConfig& config, Deployment& out) {
  for (const v1::SignalTopicConfig& signal : config.signals()) {
    EVENKEEL_RETURN_IF_ERROR(CheckName("signals.topic", signal.topic()));
    out.signals.push_back(signal.topic());
  }
  if (out.signals.empty()) {
    for (std::size_t i = 0; i < kSignalFamilies; ++i) {
      out.signals.push_back("signals." + std::string(kFamilies[i]) + ".v1");
    }
  }
  for (const std::string& channel : config.channels()) {
    EVENKEEL_RETURN_IF_ERROR(CheckName("channels", channel));
    out.channels.push_back(channel);
  }
  if (out.channels.empty()) out.channels = {"email", "task"};
  std::sort(out.signals.begin(), out.signals.end());
  std::sort(out.channels.begin(), out.channels.end());
  for (const auto* list : {&out.signals, &out.channels}) {
    const auto twice = std::adjacent_find(list->begin(), list->end());
    if (twice != list->end()) return InvalidArgument("\"" + *twice + "\" is listed twice");
  }
  return {};
}

}  // namespace

TopicPlanOptions Deployment::topic_plan() const {
  return {.prefix = prefix,
          .row_count = row_count,
          .signals = signals,
          .channels = channels,
          .event_clock = clock == ClockMode::kEvent,
          .journal = true};
}

std::string Deployment::SignalTopic(SignalFamily family) const {
  switch (family) {
    case SignalFamily::kTick:
      return names().Ticks();
    case SignalFamily::kReceipt:
      return names().Receipts();
    case SignalFamily::kVerdict:
      return names().Verdicts();
    case SignalFamily::kOutcome:
      return names().Outcomes();
    case SignalFamily::kForget:
      return SignalTopic(SignalFamily::kProfile);
    default:
      break;
  }
  const std::string own = "signals." + std::string(FamilyName(family)) + ".v1";
  const bool listed = std::find(signals.begin(), signals.end(), own) != signals.end();
  return prefix + (listed ? own : signals.front());
}

std::string_view FamilyName(SignalFamily family) {
  return kFamilies.at(static_cast<std::size_t>(family) - 1);
}

Result<Deployment> DeploymentOf(const v1::DeciderConfig& config) {
  Deployment out;
  EVENKEEL_RETURN_IF_ERROR(FillNames(config.deployment(), config.log(), out));
  EVENKEEL_RETURN_IF_ERROR(FillClock(config.clock(), out));
  EVENKEEL_RETURN_IF_ERROR(FillTopics(config, out));
  return out;
}

Result<Deployment> DeploymentOf(const v1::StandaloneConfig& config) {
  Deployment out;
  EVENKEEL_RETURN_IF_ERROR(FillNames(config.deployment(), config.log(), out));
  EVENKEEL_RETURN_IF_ERROR(FillClock(config.clock(), out));
  EVENKEEL_RETURN_IF_ERROR(FillTopics(config.decider(), out));
  return out;
}

Result<Deployment> DeploymentOf(const v1::ExecutorConfig& config) {
  v1::DeciderConfig topics;
  for (const v1::ConnectorConfig& connector : config.connectors()) {
    topics.mutable_channels()->MergeFrom(connector.channels());
  }
  if (topics.channels().empty()) {
    return InvalidArgument("connectors: none is configured, so no channel would be served");
  }
  Deployment out;
  EVENKEEL_RETURN_IF_ERROR(FillNames(config.deployment(), config.log(), out));
  EVENKEEL_RETURN_IF_ERROR(FillClock(config.clock(), out));
  EVENKEEL_RETURN_IF_ERROR(FillTopics(topics, out));
  out.signals.clear();  // Which there are is the deciders' business.
  return out;
}

Result<Deployment> DeploymentOf(const v1::ConsoleConfig& config) {
  v1::DeciderConfig topics;
  *topics.mutable_signals() = config.signals();
  *topics.mutable_channels() = config.channels();
  Deployment out;
  EVENKEEL_RETURN_IF_ERROR(FillNames(config.deployment(), config.log(), out));
  EVENKEEL_RETURN_IF_ERROR(FillClock(config.clock(), out));
  EVENKEEL_RETURN_IF_ERROR(FillTopics(topics, out));
  return out;
}

Result<Deployment> DeploymentOf(const v1::IngestConfig& config) {
  Deployment out;
  EVENKEEL_RETURN_IF_ERROR(FillNames(config.deployment(), config.log(), out));
  EVENKEEL_RETURN_IF_ERROR(FillClock(config.clock(), out));
  std::set<std::string> topics;
  for (std::size_t i = 0; i < kSignalFamilies; ++i) {
    const std::string family(kFamilies.at(i));
    if (!config.family_topics().contains(family)) topics.insert("signals." + family + ".v1");
  }
  for (const auto& [family, topic] : config.family_topics()) {
    const auto known = std::find(kFamilies.begin(), kFamilies.begin() + kSignalFamilies, family);
    if (known == kFamilies.begin() + kSignalFamilies) {
      return InvalidArgument("family_topics: \"" + family +
                             "\" is no family of signals, such as billing or usage");
    }
    EVENKEEL_RETURN_IF_ERROR(CheckName("family_topics." + family, topic));
    topics.insert(topic);
  }
  out.signals.assign(topics.begin(), topics.end());
  return out;
}

namespace {

Status CompleteIngest(v1::StandaloneConfig& config) {
  if (!config.has_ingest()) return {};
  v1::IngestConfig& ingest = *config.mutable_ingest();
  if (ingest.has_deployment() || ingest.has_log() || ingest.has_clock() || ingest.has_api() ||
      !ingest.directory().empty() || !ingest.family_topics().empty() || ingest.has_telemetry()) {
    return InvalidArgument(
        "ingest: deployment, log, clock, api, directory, family_topics and telemetry are stated "
        "once, outside of it; only its own settings belong here");
  }
  if (!ingest.has_bundles()) *ingest.mutable_bundles() = config.decider().bundles();
  return {};
}

}  // namespace

Status CompleteStandaloneConfig(v1::StandaloneConfig& config) {
  if (config.directory().empty()) {
    return InvalidArgument("directory is not set; name a folder for the log and all state");
  }
  if (config.log().has_kafka()) {
    return InvalidArgument(
        "log.kafka: the standalone process has a log of its own; run evenkeel-decider and "
        "evenkeel-executor on Kafka");
  }
  if (config.decider().has_api()) {
    return InvalidArgument("decider.api: all parts share one; write it once, as api");
  }
  if (config.log().local().directory().empty()) {
    config.mutable_log()->mutable_local()->set_directory(config.directory() + "/log");
  }
  if (config.decider().engine().state().directory().empty()) {
    config.mutable_decider()->mutable_engine()->mutable_state()->set_directory(config.directory() +
                                                                               "/decider");
  }
  if (config.executor().engine().state().directory().empty()) {
    config.mutable_executor()->mutable_engine()->mutable_state()->set_directory(config.directory() +
                                                                                "/executor");
  }
  if (config.has_console()) {
    const v1::ConsoleConfig& console = config.console();
    if (console.has_api() || console.has_log() || console.has_clock() || console.has_deployment() ||
        !console.signals().empty() || !console.channels().empty()) {
      return InvalidArgument(
          "console: api, deployment, log, clock, signals and channels are stated once, outside of "
          "it; only its own settings belong here");
    }
    if (console.view_directory().empty()) {
      config.mutable_console()->set_view_directory(config.directory() + "/console");
    }
  }
  EVENKEEL_RETURN_IF_ERROR(CompleteIngest(config));
  *config.mutable_decider()->mutable_clock() = config.clock();
  *config.mutable_executor()->mutable_clock() = config.clock();
  return {};
}

}  // namespace evenkeel
