#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "evenkeel/base/result.h"
#include "evenkeel/log/session.h"

namespace evenkeel {

enum class TimestampType : std::uint8_t { kCreateTime, kLogAppendTime };

/// How a topic is made, and what `topics check` compares.
struct TopicSpec {
  std::string name;
  Partition partitions = 1;
  std::int16_t replication_factor = -1;  ///< -1: the broker's default.
  bool compacted = false;
  TimestampType timestamps = TimestampType::kCreateTime;
  std::optional<std::chrono::milliseconds> retention;  ///< Nothing: unlimited. Not for compacted.
  std::int64_t max_record_bytes = 1 << 20;
};

/// A topic as the log describes it.
struct TopicDescription {
  std::string name;
  Partition partitions = 0;
  std::int16_t replication_factor = 0;
  /// Absent where the log does not let us read the settings (no permission).
  std::optional<std::map<std::string, std::string>> settings;  ///< In Kafka's names.
};

/// A member of a group, as the log describes it.
struct GroupMember {
  std::string instance_id;
  std::string address;          ///< GroupMembership::address of its session.
  std::vector<Partition> rows;  ///< None while the group shares them out anew.

  friend bool operator==(const GroupMember&, const GroupMember&) = default;
};

/// A log: where sessions are opened and topics are looked after.
///
/// The administrative calls may block (bounded by `timeout`); they are for start-up, the command
/// line and tests, never for a worker's step. Errors: kUnavailable when the log is unreachable,
/// kNotFound, kAlreadyExists, kInvalidArgument, kPermissionDenied.
///
/// Thread-safety: all calls, from any thread. The cluster outlives its sessions.
class LogCluster {
 public:
  LogCluster() = default;
  LogCluster(const LogCluster&) = delete;
  LogCluster& operator=(const LogCluster&) = delete;
  virtual ~LogCluster() = default;

  /// Identifies the log itself: the same for all its clients, another after it was made anew.
  virtual Result<std::string> ClusterId(std::chrono::milliseconds timeout) = 0;

  virtual Status CreateTopic(const TopicSpec& spec, std::chrono::milliseconds timeout) = 0;

  /// The topics of `names` that exist, in the order of `names`.
  virtual Result<std::vector<TopicDescription>> DescribeTopics(
      const std::vector<std::string>& names, std::chrono::milliseconds timeout) = 0;

  /// Deletes all records of `where` below `before`.
  virtual Status DeleteRecords(const TopicPartition& where, Offset before,
                               std::chrono::milliseconds timeout) = 0;

  /// The members of `group` at this moment, sorted by instance id; none if nobody knows the group.
  virtual Result<std::vector<GroupMember>> DescribeGroup(const std::string& group,
                                                         std::chrono::milliseconds timeout) = 0;

  /// Does not wait for the log to be reachable.
  virtual Result<std::unique_ptr<LogSession>> OpenSession(SessionOptions options) = 0;
};

}  // namespace evenkeel
