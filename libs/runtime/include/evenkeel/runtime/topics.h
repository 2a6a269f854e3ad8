#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "evenkeel/base/status.h"
#include "evenkeel/log/cluster.h"

namespace evenkeel {

/// The names of a deployment's topics. One prefix, one deployment.
class TopicNames {
 public:
  explicit TopicNames(std::string prefix) : prefix_(std::move(prefix)) {}

  /// A signal topic, named without prefix.
  std::string Signals(std::string_view topic) const { return prefix_ + std::string(topic); }
  std::string Outcomes() const { return prefix_ + "outcomes.v1"; }
  std::string Ticks() const { return prefix_ + "ticks.v1"; }
  std::string Receipts() const { return prefix_ + "receipts.v1"; }
  std::string Verdicts() const { return prefix_ + "approvals.verdicts.v1"; }
  std::string ApprovalRequests() const { return prefix_ + "approvals.requests.v1"; }
  std::string Decisions() const { return prefix_ + "decisions.v1"; }
  std::string Scores() const { return prefix_ + "scores.v1"; }
  std::string Actions(std::string_view channel) const {
    return prefix_ + "actions." + std::string(channel) + ".v1";
  }
  std::string Bundles() const { return prefix_ + "bundles.v1"; }
  std::string Control() const { return prefix_ + "control.v1"; }
  std::string Context() const { return prefix_ + "context.v1"; }
  /// `application` is "decider" or "executor": each has a changelog and a journal of its own.
  std::string Changelog(std::string_view application) const {
    return prefix_ + std::string(application) + ".changelog.v1";
  }
  std::string Journal(std::string_view application) const {
    return prefix_ + std::string(application) + ".journal.v1";
  }
  static std::string DeadLetters(std::string_view topic) { return std::string(topic) + ".dlq"; }

  const std::string& prefix() const { return prefix_; }

 private:
  std::string prefix_;
};

/// What a deployment's topics follow from.
struct TopicPlanOptions {
  std::string prefix = "evenkeel.";
  Partition row_count = 64;
  std::int16_t replication_factor = -1;
  std::vector<std::string> signals;   ///< Signal topics, without prefix.
  std::vector<std::string> channels;  ///< Of actions; "task" among them if people get tasks.
  bool event_clock = false;  ///< Then inputs keep the producer's time, and keep it for ever.
  bool journal = false;
  std::chrono::milliseconds input_retention{std::chrono::hours(24 * 14)};
  std::chrono::milliseconds record_retention{std::chrono::hours(24 * 400)};
};

/// All topics of a deployment with the settings that carry correctness, sorted by name.
std::vector<TopicSpec> PlanTopics(const TopicPlanOptions& options);

/// What is wrong with one topic, with the remedy.
struct TopicProblem {
  std::string topic;
  std::string what;
  bool is_missing = false;
  std::string setting;  ///< "name=value" as it must be; empty where a setting is not what is wrong.
};

struct TopicCheck {
  std::vector<TopicProblem> problems;
  std::vector<std::string> unreadable;  ///< Topics whose settings we may not read: warn.
};

/// Compares `plan` with what the log has: partitions, cleanup policy, timestamp type, retention
/// where it is unlimited in the plan, record size.
Result<TopicCheck> CheckTopics(LogCluster& cluster, const std::vector<TopicSpec>& plan,
                               std::chrono::milliseconds timeout);

/// Creates what is missing. Errors: the first topic that could not be made.
Status CreateTopics(LogCluster& cluster, const std::vector<TopicSpec>& plan,
                    std::chrono::milliseconds timeout);

}  // namespace evenkeel
