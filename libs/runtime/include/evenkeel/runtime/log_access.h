#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "evenkeel/base/result.h"
#include "evenkeel/log/cluster.h"

namespace evenkeel {

/// A record that owns its bytes, for the command line and the local door.
struct OwnedRecord {
  std::string topic;
  Partition partition = 0;
  Offset offset = 0;  ///< Only when read.
  std::optional<TimeMs> timestamp;
  std::optional<std::string> key;
  std::optional<std::string> value;
  std::vector<std::pair<std::string, std::string>> headers;

  friend bool operator==(const OwnedRecord&, const OwnedRecord&) = default;
};

/// A stretch of one partition.
struct ReadPage {
  std::vector<OwnedRecord> records;
  Offset next = 0;      ///< Where to read on.
  bool at_end = false;  ///< Nothing committed follows yet.
};

/// What loading and looking need of a log: the log itself, or the process that has it open.
///
/// All calls block, up to a time limit. Thread-safety: any thread; loads of one loader wait for
/// each other, and so do reads.
class LogAccess {
 public:
  LogAccess() = default;
  LogAccess(const LogAccess&) = delete;
  LogAccess& operator=(const LogAccess&) = delete;
  virtual ~LogAccess() = default;

  virtual Result<std::vector<TopicDescription>> DescribeTopics(
      const std::vector<std::string>& names) = 0;

  /// How far `loader` has come: what its last committed Load() said, or 0.
  virtual Result<std::int64_t> LoadPosition(const std::string& loader) = 0;

  /// Writes `records` and the new position in one transaction, if the loader stands at `expected`
  /// (nothing: wherever it stands). kAborted: nothing was written and the call may be repeated.
  /// kFailedPrecondition: nothing was written, somebody else has moved the loader. Other errors
  /// leave it open: ask LoadPosition().
  virtual Status Load(const std::string& loader, const std::vector<OwnedRecord>& records,
                      std::int64_t position, std::optional<std::int64_t> expected = {}) = 0;

  /// Committed records of one partition from `from` on, at most `records_max`. `from` -1: the
  /// beginning; -2: only what comes from now on (nothing yet: `next` says where). Errors:
  /// kNotFound, kOutOfRange (with where the log begins).
  virtual Result<ReadPage> Read(const TopicPartition& where, Offset from,
                                std::size_t records_max) = 0;
};

/// Directly on a log. `prefix` comes before the loader's name in transactional ids and groups;
/// `anchor_topic` is any topic of the deployment, under which loaders keep their positions.
std::unique_ptr<LogAccess> OpenLogAccess(LogCluster& cluster, std::string prefix,
                                         std::string anchor_topic,
                                         std::chrono::milliseconds timeout);

}  // namespace evenkeel
