#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "evenkeel/base/time.h"
#include "evenkeel/log/cluster.h"

namespace evenkeel {

class SimBroker;

struct SimLogOptions {
  std::string cluster_id = "sim";
  /// Where the virtual clock starts.
  TimeMs start{1'700'000'000'000};
  /// Produced records that wait for the next Poll() of their session; beyond it, kFull.
  std::size_t produce_queue_max = 100'000;
  /// How long Compact() keeps tombstones and transaction markers.
  std::chrono::milliseconds delete_retention = std::chrono::hours(24);
};

/// A record as it lies in the log, for tests that look at a topic from outside.
struct SimRecord {
  Offset offset = 0;
  TimeMs timestamp;
  std::optional<std::string> key;
  std::optional<std::string> value;
  std::vector<std::pair<std::string, std::string>> headers;
  bool committed = false;  ///< False while its transaction is open. Aborted ones are left out.
};

/// A log in memory on a virtual clock, with Kafka's semantics and no faults.
///
/// Transaction markers take up offsets, readers stop at the last stable offset, transactional ids
/// and group generations fence, static members keep their place until their session timeout, a
/// rebalance revokes all rows before it assigns any, offsets are pending until their transaction
/// ends. A session's requests take effect in its Poll(), which is also its heartbeat: a session
/// that is polled no more is a process that hangs, a destroyed one is a process that crashed.
///
/// The same calls bring the same results: there is no clock, no thread and no random device in it.
/// Time passes only in AdvanceTime(); advance in steps shorter than the session timeout and poll in
/// between, or members are expelled as after a long pause. Wait() returns at once.
///
/// Thread-safety: one thread for the log and all its sessions.
class SimLog final : public LogCluster {
 public:
  explicit SimLog(SimLogOptions options = {});
  ~SimLog() override;

  /// The virtual time, as a wall clock and as process time.
  Now now() const;

  /// Lets time pass: transactions and members time out, retention deletes.
  void AdvanceTime(std::chrono::milliseconds by);

  /// Compacts all partitions of `topic` up to the last stable offset: keeps the last record of each
  /// key. REQUIRES: the topic exists and is compacted.
  void Compact(const std::string& topic);

  /// What lies in a partition, committed or pending. REQUIRES: the partition exists.
  std::vector<SimRecord> Dump(const TopicPartition& where) const;

  /// Committed offset of a group, or nothing.
  std::optional<Offset> CommittedOffset(const std::string& group,
                                        const TopicPartition& where) const;

  Result<std::string> ClusterId(std::chrono::milliseconds timeout) override;
  Status CreateTopic(const TopicSpec& spec, std::chrono::milliseconds timeout) override;
  Result<std::vector<TopicDescription>> DescribeTopics(const std::vector<std::string>& names,
                                                       std::chrono::milliseconds timeout) override;
  /// kOutOfRange: `before` is above the high watermark.
  Status DeleteRecords(const TopicPartition& where, Offset before,
                       std::chrono::milliseconds timeout) override;
  Result<std::vector<GroupMember>> DescribeGroup(const std::string& group,
                                                 std::chrono::milliseconds timeout) override;
  Result<std::unique_ptr<LogSession>> OpenSession(SessionOptions options) override;

 private:
  std::unique_ptr<SimBroker> broker_;
};

}  // namespace evenkeel
