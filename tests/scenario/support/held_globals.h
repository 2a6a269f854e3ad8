#pragma once

#include <memory>
#include <string>

#include "evenkeel/log/cluster.h"

namespace evenkeel::testing {

/// Another log, from which records of one topic's readers arrive late: while it holds, what is
/// written to `topic` stays unseen. Outlives its sessions; `inner` outlives it.
class HeldGlobals final : public LogCluster {
 public:
  HeldGlobals(LogCluster& inner, std::string topic) : inner_(inner), topic_(std::move(topic)) {}

  bool is_holding = false;

  Result<std::string> ClusterId(std::chrono::milliseconds timeout) override {
    return inner_.ClusterId(timeout);
  }
  Status CreateTopic(const TopicSpec& spec, std::chrono::milliseconds timeout) override {
    return inner_.CreateTopic(spec, timeout);
  }
  Result<std::vector<TopicDescription>> DescribeTopics(const std::vector<std::string>& names,
                                                       std::chrono::milliseconds timeout) override {
    return inner_.DescribeTopics(names, timeout);
  }
  Status DeleteRecords(const TopicPartition& where, Offset before,
                       std::chrono::milliseconds timeout) override {
    return inner_.DeleteRecords(where, before, timeout);
  }
  Result<std::vector<GroupMember>> DescribeGroup(const std::string& group,
                                                 std::chrono::milliseconds timeout) override {
    return inner_.DescribeGroup(group, timeout);
  }
  Result<std::unique_ptr<LogSession>> OpenSession(SessionOptions options) override;

 private:
  LogCluster& inner_;
  const std::string topic_;
};

}  // namespace evenkeel::testing
