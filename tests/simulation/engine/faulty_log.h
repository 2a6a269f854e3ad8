#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>

#include "evenkeel/log/cluster.h"

namespace evenkeel::testing {

/// What a commit does instead of what it should.
enum class CommitFault : std::uint8_t {
  kNone,
  kAborted,           ///< Aborted, and said so.
  kUnknownCommitted,  ///< Committed, but the answer was lost.
  kUnknownAborted,    ///< Not committed, and the answer was lost.
  kSilent,            ///< Never answered.
};

/// Decides about faults; without a rule nothing is at fault.
struct FaultRules {
  std::function<CommitFault()> on_commit;
  std::function<bool()> is_full;                     ///< Produce() has no room.
  std::function<bool()> is_refused;                  ///< Produce() will never take it.
  std::function<bool(const InputAtEnd&)> hides_end;  ///< InputAtEnd is not reported.
};

/// Another log, with faults on the way to it. Outlives its sessions; `inner` outlives it.
class FaultyLog final : public LogCluster {
 public:
  explicit FaultyLog(LogCluster& inner) : inner_(inner) {}
  FaultRules rules;

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
};

}  // namespace evenkeel::testing
