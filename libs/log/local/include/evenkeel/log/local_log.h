#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "evenkeel/base/time.h"
#include "evenkeel/log/cluster.h"

namespace evenkeel {

class LocalCore;

struct LocalLogOptions {
  /// Where the log lives. Made if it is not there; its parent must exist.
  std::string folder;
  /// The wall clock, for append times and retention. Called from any thread.
  std::function<TimeMs()> wall_clock;
  /// The members of each group. Rows are shared out in ranges, in this order. A group that is not
  /// named here has one member, the first that comes: it owns all rows.
  std::map<std::string, std::vector<std::string>> members;
  /// Per topic: the oldest records go when a partition grows beyond this. Not for compacted ones.
  std::map<std::string, std::int64_t> retention_bytes;
  /// How long compacted topics keep tombstones.
  std::chrono::milliseconds delete_retention = std::chrono::hours(24);
  /// A compacted partition is compacted once what came since the last time outweighs what it kept
  /// then, and this many bytes.
  std::int64_t compact_bytes_min = 8 << 20;
  /// Bytes of one transaction; a record beyond is refused.
  std::size_t transaction_bytes_max = 512U << 20;
};

/// A durable log in one folder, for one process: the embedded alternative to a broker.
///
/// A transaction is acknowledged once it is synced to disk, whole; those that wait at the same time
/// share one sync. What is not committed is nowhere: no offset is taken up, no reader is held back,
/// no transaction times out. The assignment of rows is static; a session that comes later under
/// the same transactional id, or in the same place of a group, fences the earlier one.
///
/// Reads go to the disk inside Poll(). If the disk is full or damaged, sessions fail with
/// kResourceExhausted, kDataLoss or kInternal, commits in flight are kUnknown, and the log must be
/// opened anew.
///
/// Thread-safety: as LogCluster.
class LocalLog final : public LogCluster {
 public:
  /// kFailedPrecondition: another process has the folder open. kDataLoss: it is damaged.
  static Result<std::unique_ptr<LocalLog>> Open(LocalLogOptions options);
  ~LocalLog() override;

  /// Applies retention and compaction now, to the end. By itself the log does so in small steps.
  Status Maintain();

  Result<std::string> ClusterId(std::chrono::milliseconds timeout) override;
  Status CreateTopic(const TopicSpec& spec, std::chrono::milliseconds timeout) override;
  Result<std::vector<TopicDescription>> DescribeTopics(const std::vector<std::string>& names,
                                                       std::chrono::milliseconds timeout) override;
  /// kOutOfRange: `before` is above the high watermark.
  Status DeleteRecords(const TopicPartition& where, Offset before,
                       std::chrono::milliseconds timeout) override;
  /// kFailedPrecondition: the instance id is not among the declared members of its group.
  Result<std::vector<GroupMember>> DescribeGroup(const std::string& group,
                                                 std::chrono::milliseconds timeout) override;
  Result<std::unique_ptr<LogSession>> OpenSession(SessionOptions options) override;

 private:
  explicit LocalLog(std::unique_ptr<LocalCore> core);

  std::unique_ptr<LocalCore> core_;
};

}  // namespace evenkeel
