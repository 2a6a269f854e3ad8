#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>

#include "local_compaction.h"
#include "local_store.h"

#include "evenkeel/base/result.h"
#include "evenkeel/base/time.h"
#include "evenkeel/log/local_log.h"

namespace evenkeel {

/// Retention and compaction, in steps so small that commits need not wait for them.
///
/// Thread-safety: the committer's thread.
class LocalMaintenance {
 public:
  LocalMaintenance(LocalStore& store, const LocalLogOptions& options)
      : store_(store), options_(options) {}

  /// Looks after the next partition, or goes on with the last one. False: a round over all
  /// partitions ends here; the next step begins another.
  Result<bool> Step(const std::map<std::string, LocalTopic>& topics, TimeMs now);

  /// The next step begins a round. What was begun is finished first.
  void StartRound() { at_ = {}; }

  /// Deletes all records below `before`. REQUIRES: `before` is not above the high watermark.
  Status DeleteBefore(PartitionKey where, PartitionState& state, Offset before);

 private:
  /// True: there is more to delete.
  Result<bool> Trim(const LocalTopic& topic, Partition partition, TimeMs now);
  Status Drop(PartitionKey where, PartitionState& state, Offset before, std::int64_t bytes);

  LocalStore& store_;
  const LocalLogOptions& options_;
  TopicPartition at_;  // The next partition to look after.
  std::unique_ptr<LocalCompaction> compaction_;
};

}  // namespace evenkeel
