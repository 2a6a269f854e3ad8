#include "common/start_checks.h"

#include <condition_variable>
#include <mutex>

namespace evenkeel {
namespace {

constexpr std::chrono::milliseconds kTimeout{5000};
constexpr std::chrono::milliseconds kPause{500};

/// False if `stop` was asked for.
bool PauseUnless(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, stop, kPause, [] { return false; });
  return !stop.stop_requested();
}

Result<std::string> AwaitLog(LogCluster& cluster, const Logger& logger,
                             const std::stop_token& stop) {
  bool said = false;
  while (true) {
    Result<std::string> id = cluster.ClusterId(kTimeout);
    const bool passing = !id.ok() && (id.status().retryable() ||
                                      id.status().code() == StatusCode::kDeadlineExceeded);
    if (!passing) {
      if (said && id.ok()) logger.Write(LogSeverity::kInfo, "log", "the log is reachable");
      return id;
    }
    if (!said) {
      logger.Write(LogSeverity::kWarning, "log", "the log is not reachable; waiting for it",
                   {{"reason", PublicText(id.status().message())}});
      said = true;
    }
    if (!PauseUnless(stop)) return Status(StatusCode::kCancelled, "stopped while waiting");
  }
}

/// What is wrong, and the commands that mend it.
std::string Describe(const TopicCheck& check, const std::string& hint) {
  std::string text = "topics are missing or wrong:";
  std::string settings;
  bool is_any_missing = false;
  for (const TopicProblem& problem : check.problems) {
    text += "\n  " + problem.topic + ": " + problem.what;
    is_any_missing = is_any_missing || problem.is_missing;
    if (problem.setting.empty()) continue;
    settings +=
        "\n  kafka-configs.sh --bootstrap-server <brokers> --alter --entity-type topics "
        "--entity-name " +
        problem.topic + " --add-config " + problem.setting;
  }
  if (is_any_missing) {
    text += "\nto make those that are missing: evenkeel --config " + hint + " topics create";
  }
  if (!settings.empty()) {
    text += "\nto mend settings (on the embedded log: set another deployment.prefix):" + settings;
  }
  return text;
}

}  // namespace

Result<std::string> CheckLogAtStart(LogCluster& cluster, const Deployment& deployment,
                                    const std::string& config_file_hint, const Logger& logger,
                                    const std::stop_token& stop) {
  EVENKEEL_ASSIGN_OR_RETURN(std::string id, AwaitLog(cluster, logger, stop));
  EVENKEEL_ASSIGN_OR_RETURN(
      const TopicCheck check,
      CheckTopics(cluster, PlanTopics(deployment.topic_plan()), std::chrono::seconds(30)));
  for (const std::string& topic : check.unreadable) {
    logger.Write(LogSeverity::kWarning, "log", "a topic's settings may not be read; check by hand",
                 {{"topic", PublicText(topic)}});
  }
  if (!check.problems.empty()) return FailedPrecondition(Describe(check, config_file_hint));
  return id;
}

}  // namespace evenkeel
