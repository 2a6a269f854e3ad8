#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include "evenkeel/base/result.h"
#include "evenkeel/base/status.h"
#include "evenkeel/base/time.h"
#include "evenkeel/log/cluster.h"

namespace evenkeel {

/// What is known of a partition. Written by the committer thread only; the watermarks are read by
/// all.
struct PartitionState {
  std::atomic<Offset> low{0};
  std::atomic<Offset> high{0};
  // The committer's.
  TimeMs last_append;            // So that append times never run backwards.
  std::int64_t bytes = 0;        // Of all chunks.
  std::int64_t clean_bytes = 0;  // Of those below clean_to, when they were compacted.
  Offset clean_to = 0;
};

/// Names a partition in keys.
struct PartitionKey {
  std::uint32_t topic = 0;
  Partition partition = 0;

  friend auto operator<=>(const PartitionKey&, const PartitionKey&) = default;
};

struct LocalTopic {
  std::uint32_t number = 0;
  TopicSpec spec;
  std::unique_ptr<PartitionState[]> partitions;

  PartitionState& state(Partition partition) const {
    return partitions[static_cast<std::size_t>(partition)];
  }
};

/// Committed offsets by group, topic and partition.
using GroupOffsets = std::map<std::pair<std::string, TopicPartition>, Offset>;

/// Walks the chunks of one partition, reading ahead.
class ChunkIterator {
 public:
  /// Starts at the chunk that holds `from`, or the first one above.
  ChunkIterator(rocksdb::DB& db, PartitionKey where, Offset from);

  bool Valid() const { return it_->Valid(); }
  void Next() { it_->Next(); }
  Offset last() const;
  std::string_view key() const;
  std::string_view value() const;
  Status status() const;

 private:
  const std::string end_key_;
  const rocksdb::Slice end_;
  std::unique_ptr<rocksdb::Iterator> it_;
};

/// The one RocksDB and its keys: 'm' what the log is, 't' topics, 'p' the state of partitions,
/// 'o' committed offsets, 'r' chunks of records by the offset of their last one.
class LocalStore {
 public:
  struct Content {
    std::string cluster_id;
    std::map<std::string, LocalTopic> topics;
    GroupOffsets offsets;
  };

  /// Opens the folder, or makes it.
  static Result<std::unique_ptr<LocalStore>> Open(const std::string& folder);

  Result<Content> Load();

  rocksdb::DB& db() { return *db_; }
  Status Write(rocksdb::WriteBatch& batch, bool is_synced);

  static std::string ChunkKey(PartitionKey where, Offset last);

  static void PutTopic(rocksdb::WriteBatch& batch, const LocalTopic& topic);
  /// Writes `state` with other watermarks.
  static void PutState(rocksdb::WriteBatch& batch, PartitionKey where, const PartitionState& state,
                       Offset low, Offset high);
  static void PutOffset(rocksdb::WriteBatch& batch, const std::string& group,
                        const TopicPartition& where, Offset next);

 private:
  LocalStore(std::string folder, std::unique_ptr<rocksdb::DB> db);
  Status LoadIdentity(Content& content);
  Status LoadEntry(std::string_view key, std::string_view value, Content& content);
  Status LoadTopic(std::string_view key, std::string_view value, Content& content);
  Status LoadState(std::string_view key, std::string_view value);
  Status LoadOffset(std::string_view key, std::string_view value, Content& content);

  const std::string folder_;
  std::unique_ptr<rocksdb::DB> db_;
  std::map<std::uint32_t, LocalTopic*> by_number_;  // While loading.
};

/// The error of RocksDB as one of ours.
Status FromRocksdb(const rocksdb::Status& status, std::string_view what);

}  // namespace evenkeel
