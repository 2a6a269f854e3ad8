#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "evenkeel/base/result.h"
#include "evenkeel/log/cluster.h"
#include "evenkeel/model/clock_mode.h"
#include "evenkeel/model/environment.h"
#include "evenkeel/model/signal.h"
#include "evenkeel/runtime/topics.h"
#include "evenkeel/v1/config.pb.h"

namespace evenkeel {

/// What all parts of a deployment must agree on, out of any service's configuration.
struct Deployment {
  std::string prefix = "evenkeel.";
  Environment environment = Environment::kSandbox;
  Partition row_count = 64;
  ClockMode clock = ClockMode::kWall;
  bool ticks_pace = false;            ///< advance: to_tick
  std::vector<std::string> signals;   ///< Topics without prefix.
  std::vector<std::string> channels;  ///< That actions go out on.

  TopicNames names() const { return TopicNames(prefix); }
  TopicPlanOptions topic_plan() const;

  /// The topic of signals of `family`: "signals.<family>.v1" if the deployment has it, else its
  /// first signal topic. Ticks, receipts, verdicts and outcomes have topics of their own.
  std::string SignalTopic(SignalFamily family) const;
};

/// Errors: kInvalidArgument naming the key, its value and the remedy.
Result<Deployment> DeploymentOf(const v1::DeciderConfig& config);
Result<Deployment> DeploymentOf(const v1::StandaloneConfig& config);
Result<Deployment> DeploymentOf(const v1::ConsoleConfig& config);
/// The channels are those of its connectors; signal topics it has none.
Result<Deployment> DeploymentOf(const v1::ExecutorConfig& config);

/// Its signal topics are those of `family_topics` and, for families not named there, their own.
Result<Deployment> DeploymentOf(const v1::IngestConfig& config);

/// Lays what is stated once (deployment, log, clock, directory) into the parts' configurations.
/// Errors: kInvalidArgument for a part that states it again, or a directory that is missing.
Status CompleteStandaloneConfig(v1::StandaloneConfig& config);

/// "usage", "billing", ...: the family's part in names of topics and types.
std::string_view FamilyName(SignalFamily family);

}  // namespace evenkeel
