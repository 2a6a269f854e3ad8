#include "evenkeel/runtime/topics.h"

#include <algorithm>
#include <map>

namespace evenkeel {
namespace {

// A signal may have 4 MiB, and what surrounds it.
constexpr std::int64_t kInputBytesMax = (4 << 20) + (64 << 10);
// Dead letters keep at most 64 KiB of a value that is too large, and headers.
constexpr std::int64_t kRecordBytesMax = (1 << 20) + (64 << 10);

class Planner {
 public:
  explicit Planner(const TopicPlanOptions& options) : options_(options), names_(options.prefix) {}

  std::vector<TopicSpec> Plan() {
    for (const std::string& name : options_.signals) Input(names_.Signals(name));
    Input(names_.Outcomes());
    Input(names_.Ticks());
    Input(names_.Verdicts());
    Input(names_.Receipts());
    for (const std::string& channel : options_.channels) Input(names_.Actions(channel));
    Record(names_.Decisions());
    Record(names_.ApprovalRequests());
    Add({.name = names_.Scores(), .compacted = true}, options_.row_count);
    for (const char* application : {"decider", "executor"}) {
      Add({.name = names_.Changelog(application), .compacted = true}, options_.row_count);
      if (options_.journal) Record(names_.Journal(application));
    }
    for (const std::string& name : {names_.Bundles(), names_.Control(), names_.Context()}) {
      Add({.name = name, .compacted = true}, 1);
    }
    std::sort(plan_.begin(), plan_.end(),
              [](const TopicSpec& a, const TopicSpec& b) { return a.name < b.name; });
    return std::move(plan_);
  }

 private:
  void Input(const std::string& name) {
    TopicSpec spec{.name = name, .max_record_bytes = kInputBytesMax};
    // Under the event clock records bear the world's times, and an age says nothing about them.
    if (!options_.event_clock) {
      spec.timestamps = TimestampType::kLogAppendTime;
      spec.retention = options_.input_retention;
    }
    Add(spec, options_.row_count);
    Record(TopicNames::DeadLetters(name));
  }

  void Record(const std::string& name) {
    TopicSpec spec{.name = name};
    if (!options_.event_clock) spec.retention = options_.record_retention;
    Add(spec, options_.row_count);
  }

  void Add(TopicSpec spec, Partition partitions) {
    spec.partitions = partitions;
    spec.replication_factor = options_.replication_factor;
    spec.max_record_bytes = std::max(spec.max_record_bytes, kRecordBytesMax);
    plan_.push_back(std::move(spec));
  }

  const TopicPlanOptions& options_;
  TopicNames names_;
  std::vector<TopicSpec> plan_;
};

std::string Wanted(const TopicSpec& spec, const std::string& setting) {
  if (setting == "cleanup.policy") return spec.compacted ? "compact" : "delete";
  if (setting == "message.timestamp.type") {
    return spec.timestamps == TimestampType::kCreateTime ? "CreateTime" : "LogAppendTime";
  }
  return "";
}

void Compare(const TopicSpec& spec, const TopicDescription& there, TopicCheck& check) {
  const auto wrong = [&](std::string what, std::string setting = {}) {
    check.problems.push_back({spec.name, std::move(what), false, std::move(setting)});
  };
  if (there.partitions != spec.partitions) {
    wrong("has " + std::to_string(there.partitions) + " partitions, the deployment has " +
          std::to_string(spec.partitions) +
          "; partitions are fixed for its life: use another prefix, or set row_count");
  }
  if (!there.settings) {
    check.unreadable.push_back(spec.name);
    return;
  }
  const auto setting = [&](const std::string& name) {
    const auto found = there.settings->find(name);
    return found == there.settings->end() ? std::string() : found->second;
  };
  for (const char* name : {"cleanup.policy", "message.timestamp.type"}) {
    const std::string is = setting(name);
    if (!is.empty() && is != Wanted(spec, name)) {
      wrong(std::string(name) + " is " + is + ", must be " + Wanted(spec, name),
            std::string(name) + "=" + Wanted(spec, name));
    }
  }
  const std::string retention = setting("retention.ms");
  if (!spec.compacted && !spec.retention && !retention.empty() && retention != "-1") {
    wrong("retention.ms is " + retention +
              ", must be -1: under the event clock records bear past times and would be deleted",
          "retention.ms=-1");
  }
  const std::string bytes = setting("max.message.bytes");
  if (!bytes.empty() && std::stoll(bytes) < spec.max_record_bytes) {
    wrong("max.message.bytes is " + bytes + ", must be at least " +
              std::to_string(spec.max_record_bytes),
          "max.message.bytes=" + std::to_string(spec.max_record_bytes));
  }
}

}  // namespace

std::vector<TopicSpec> PlanTopics(const TopicPlanOptions& options) {
  return Planner(options).Plan();
}

Result<TopicCheck> CheckTopics(LogCluster& cluster, const std::vector<TopicSpec>& plan,
                               std::chrono::milliseconds timeout) {
  std::vector<std::string> names;
  names.reserve(plan.size());
  for (const TopicSpec& spec : plan) names.push_back(spec.name);
  EVENKEEL_ASSIGN_OR_RETURN(const auto descriptions, cluster.DescribeTopics(names, timeout));
  std::map<std::string, const TopicDescription*> there;
  for (const TopicDescription& description : descriptions) there[description.name] = &description;
  TopicCheck check;
  for (const TopicSpec& spec : plan) {
    const auto found = there.find(spec.name);
    if (found == there.end()) {
      check.problems.push_back({spec.name, "does not exist", true, {}});
    } else {
      Compare(spec, *found->second, check);
    }
  }
  return check;
}

Status CreateTopics(LogCluster& cluster, const std::vector<TopicSpec>& plan,
                    std::chrono::milliseconds timeout) {
  for (const TopicSpec& spec : plan) {
    const Status created = cluster.CreateTopic(spec, timeout);
    if (!created.ok() && created.code() != StatusCode::kAlreadyExists) {
      return created.WithContext("topic " + spec.name);
    }
  }
  return {};
}

}  // namespace evenkeel
