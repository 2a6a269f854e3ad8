#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>

#include "chunk.h"
#include "local_store.h"

#include "evenkeel/base/result.h"
#include "evenkeel/base/time.h"

namespace evenkeel {

/// Compacts one partition, in steps: first notes the last offset of each key among what came since
/// the last compaction (as far as its memory reaches), then drops from the beginning up to there
/// what has a later record, and tombstones that are old enough. Every step leaves a log that reads
/// the same to its end.
class LocalCompaction {
 public:
  /// Drops tombstones that came into the log before `drop_tombstones_before`.
  LocalCompaction(LocalStore& store, PartitionKey where, PartitionState& state,
                  TimeMs drop_tombstones_before);

  /// False: done.
  Result<bool> Step();

 private:
  struct Rewrite {
    rocksdb::WriteBatch batch;
    ChunkBuilder builder;
    TimeMs appended_at;
  };

  Result<bool> NoteKeys();
  void NoteChunk(const DecodedChunk& chunk);
  Result<bool> RewriteSome();
  Status RewriteChunk(Rewrite& rewrite);
  bool IsGarbage(const ChunkRecord& record, TimeMs appended_at) const;
  void FinishChunk(Rewrite& rewrite);
  Status WriteStep(Rewrite& rewrite, bool is_last);

  LocalStore& store_;
  const PartitionKey where_;
  PartitionState& state_;
  const TimeMs drop_tombstones_before_;
  Offset end_;  // Only what is below is looked at.
  bool is_noting_ = true;
  std::unique_ptr<ChunkIterator> it_;
  std::unordered_map<std::string, Offset> last_;
  std::size_t key_bytes_ = 0;
  std::int64_t kept_bytes_ = 0;
};

}  // namespace evenkeel
