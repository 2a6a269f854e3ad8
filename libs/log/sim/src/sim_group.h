#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim_partition.h"

#include "evenkeel/base/time.h"
#include "evenkeel/log/cluster.h"
#include "evenkeel/log/record.h"

namespace evenkeel {

/// What a group says of a member that asks it something.
enum class GroupCode : std::uint8_t {
  kOk,
  kRebalance,          // Give the rows up and join again.
  kUnknownMember,      // Expelled.
  kFencedInstance,     // Another process joined under the same instance id.
  kIllegalGeneration,  // Of an earlier round.
};

/// Who a member is to its group.
struct GroupPlace {
  std::uint64_t member = 0;  // 0: not a member (yet).
  std::int64_t generation = -1;
};

/// A consumer group: members, generations, range assignment of the lead topic's partitions, and
/// committed offsets. All members are static.
class SimGroup {
 public:
  /// Tells how many partitions a topic has; 0 if there is none.
  using CountPartitions = std::function<Partition(const std::string& topic)>;

  explicit SimGroup(CountPartitions count_partitions)
      : count_partitions_(std::move(count_partitions)) {}

  struct JoinRequest {
    std::string instance_id;
    std::uint64_t member = 0;  // 0: a process that just started.
    std::string lead_topic;
    std::chrono::milliseconds session_timeout{0};
    std::string address;
  };
  struct JoinAnswer {
    GroupCode code = GroupCode::kOk;
    std::uint64_t member = 0;
  };
  JoinAnswer Join(const JoinRequest& request, TimeMs now);

  /// kOk or a reason to act.
  GroupCode Heartbeat(const std::string& instance_id, std::uint64_t member, TimeMs now);

  struct Assignment {
    std::int64_t generation = 0;
    std::vector<Partition> rows;
  };
  /// The assignment, or nothing while the group waits for members.
  /// REQUIRES: the last Heartbeat() of this member said kOk.
  std::optional<Assignment> AssignmentOf(const std::string& instance_id) const;

  std::vector<GroupMember> Describe() const;

  /// Expels who was silent, or held a rebalance up, for its session timeout.
  void Tick(TimeMs now);

  /// Starts a rebalance if `topic` leads this group (its partitions have changed).
  void TopicChanged(const std::string& topic, TimeMs now);

  /// May the member commit offsets?
  GroupCode CheckCommit(const std::string& instance_id, GroupPlace place) const;

  void AddPending(ProducerId producer, const std::map<TopicPartition, Offset>& offsets);
  void EndTransaction(ProducerId producer, bool commit);
  bool HasPending(const TopicPartition& where) const;
  std::optional<Offset> Committed(const TopicPartition& where) const;

 private:
  struct Member {
    std::uint64_t id = 0;
    std::string lead_topic;
    std::string address;
    std::chrono::milliseconds session_timeout{0};
    TimeMs last_seen;
    bool joined = false;  // In the round under way.
    std::vector<Partition> rows;
  };

  void StartRebalance(TimeMs now);
  void CompleteIfAllJoined(TimeMs now);
  void AssignRanges();

  CountPartitions count_partitions_;
  std::map<std::string, Member> members_;  // By instance id, which is also the order of ranges.
  bool rebalancing_ = false;
  TimeMs rebalance_started_;
  std::int64_t generation_ = 0;
  std::uint64_t last_member_ = 0;
  std::map<TopicPartition, Offset> committed_;
  std::map<ProducerId, std::map<TopicPartition, Offset>> pending_;
};

}  // namespace evenkeel
