#include "local_store.h"

#include <limits>
#include <random>
#include <utility>

#include "coding.h"
#include <rocksdb/options.h>
#include <rocksdb/slice.h>
#include <rocksdb/table.h>

#include "evenkeel/base/hash.h"

namespace evenkeel {
namespace {

constexpr char kFormat[] = "evenkeel-local-log 1";
constexpr std::string_view kFormatKey = "m/format";
constexpr std::string_view kClusterIdKey = "m/cluster_id";

std::string_view View(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }
rocksdb::Slice ToSlice(std::string_view view) { return {view.data(), view.size()}; }

rocksdb::Options MakeOptions() {
  rocksdb::Options options;
  options.create_if_missing = true;
  // A torn write at the very end is a crash; anything else that does not add up is damage, and
  // must not silently shorten the log.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  options.write_buffer_size = 64U << 20;
  options.max_total_wal_size = 256U << 20;
  options.compression = rocksdb::kLZ4Compression;
  options.max_background_jobs = 2;
  options.bytes_per_sync = 1 << 20;
  options.max_open_files = 256;
  options.keep_log_file_num = 2;
  options.max_log_file_size = 1 << 20;
  options.stats_dump_period_sec = 0;
  rocksdb::BlockBasedTableOptions table;
  table.block_size = 32 << 10;
  table.block_cache = rocksdb::NewLRUCache(8 << 20);
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

std::string NewClusterId() {
  std::random_device random;
  std::string bytes;
  for (int i = 0; i < 4; ++i) coding::PutBigEndian(bytes, random(), 4);
  return ToHex(std::string_view(bytes));
}

std::string Key(char kind, PartitionKey where) {
  std::string key(1, kind);
  coding::PutBigEndian(key, where.topic, 4);
  coding::PutBigEndian(key, static_cast<std::uint32_t>(where.partition), 4);
  return key;
}

Status Damaged(std::string_view what) {
  return DataLoss("the local log is damaged: " + std::string(what) +
                  "; restore the folder from a copy, or move it away to start an empty log");
}

}  // namespace

Status FromRocksdb(const rocksdb::Status& status, std::string_view what) {
  if (status.ok()) return {};
  const std::string message = std::string(what) + ": " + status.ToString();
  if (status.IsCorruption()) return DataLoss(message);
  if (status.IsNoSpace()) return {StatusCode::kResourceExhausted, message};
  return Internal(message);
}

LocalStore::LocalStore(std::string folder, std::unique_ptr<rocksdb::DB> db)
    : folder_(std::move(folder)), db_(std::move(db)) {}

Result<std::unique_ptr<LocalStore>> LocalStore::Open(const std::string& folder) {
  rocksdb::DB* db = nullptr;
  const rocksdb::Status opened = rocksdb::DB::Open(MakeOptions(), folder, &db);
  if (opened.ok()) {
    return std::unique_ptr<LocalStore>(new LocalStore(folder, std::unique_ptr<rocksdb::DB>(db)));
  }
  const std::string text = opened.ToString();
  if (opened.IsIOError() && text.find("LOCK") != std::string::npos) {
    return FailedPrecondition("the local log in '" + folder +
                              "' is open in another process: only one may have it. Stop that "
                              "process, use its interface, or choose another folder (" +
                              text + ")");
  }
  return FromRocksdb(opened, "cannot open the local log in '" + folder + "'");
}

Result<LocalStore::Content> LocalStore::Load() {
  Content content;
  EVENKEEL_RETURN_IF_ERROR(LoadIdentity(content));
  for (const char kind : {'t', 'p', 'o'}) {
    const std::string begin(1, kind);
    const std::string end(1, static_cast<char>(kind + 1));
    const rocksdb::Slice upper(end);
    rocksdb::ReadOptions options;
    options.iterate_upper_bound = &upper;
    const std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator(options));
    for (it->Seek(begin); it->Valid(); it->Next()) {
      EVENKEEL_RETURN_IF_ERROR(LoadEntry(View(it->key()), View(it->value()), content));
    }
    EVENKEEL_RETURN_IF_ERROR(FromRocksdb(it->status(), "reading " + folder_));
  }
  by_number_.clear();
  return content;
}

Status LocalStore::LoadIdentity(Content& content) {
  std::string format;
  const rocksdb::Status found = db_->Get({}, ToSlice(kFormatKey), &format);
  if (found.IsNotFound()) {
    content.cluster_id = NewClusterId();
    rocksdb::WriteBatch batch;
    EVENKEEL_RETURN_IF_ERROR(FromRocksdb(batch.Put(ToSlice(kFormatKey), kFormat), folder_));
    EVENKEEL_RETURN_IF_ERROR(
        FromRocksdb(batch.Put(ToSlice(kClusterIdKey), content.cluster_id), folder_));
    return Write(batch, /*is_synced=*/true);
  }
  EVENKEEL_RETURN_IF_ERROR(FromRocksdb(found, "reading " + folder_));
  if (format != kFormat) {
    return FailedPrecondition("'" + folder_ + "' holds a local log of format '" + format +
                              "', this program reads '" + kFormat + "'");
  }
  return FromRocksdb(db_->Get({}, ToSlice(kClusterIdKey), &content.cluster_id),
                     "reading " + folder_);
}

Status LocalStore::LoadEntry(std::string_view key, std::string_view value, Content& content) {
  switch (key[0]) {
    case 't':
      return LoadTopic(key, value, content);
    case 'p':
      return LoadState(key, value);
    default:
      return LoadOffset(key, value, content);
  }
}

void LocalStore::PutTopic(rocksdb::WriteBatch& batch, const LocalTopic& topic) {
  std::string value;
  coding::PutVarint(value, topic.number);
  coding::PutVarint(value, static_cast<std::uint64_t>(topic.spec.partitions));
  coding::PutVarint(value, topic.spec.compacted ? 1 : 0);
  coding::PutVarint(value, topic.spec.timestamps == TimestampType::kLogAppendTime ? 1 : 0);
  coding::PutSigned(value, topic.spec.retention ? topic.spec.retention->count() : -1);
  coding::PutSigned(value, topic.spec.max_record_bytes);
  batch.Put("t" + topic.spec.name, value);
}

Status LocalStore::LoadTopic(std::string_view key, std::string_view value, Content& content) {
  coding::Reader reader(value);
  LocalTopic& topic = content.topics[std::string(key.substr(1))];
  topic.number = static_cast<std::uint32_t>(reader.Varint());
  topic.spec.name = key.substr(1);
  topic.spec.partitions = static_cast<Partition>(reader.Varint());
  topic.spec.compacted = reader.Varint() != 0;
  topic.spec.timestamps =
      reader.Varint() != 0 ? TimestampType::kLogAppendTime : TimestampType::kCreateTime;
  const std::int64_t retention = reader.Signed();
  if (retention >= 0) topic.spec.retention = std::chrono::milliseconds(retention);
  topic.spec.max_record_bytes = reader.Signed();
  if (!reader.ok() || topic.spec.partitions < 1) return Damaged("topic " + topic.spec.name);
  topic.partitions =
      std::make_unique<PartitionState[]>(static_cast<std::size_t>(topic.spec.partitions));
  by_number_[topic.number] = &topic;
  return {};
}

void LocalStore::PutState(rocksdb::WriteBatch& batch, PartitionKey where,
                          const PartitionState& state, Offset low, Offset high) {
  std::string value;
  for (const std::int64_t number :
       {low, high, state.last_append.value, state.bytes, state.clean_bytes, state.clean_to}) {
    coding::PutFixed64(value, number);
  }
  batch.Put(Key('p', where), value);
}

Status LocalStore::LoadState(std::string_view key, std::string_view value) {
  coding::Reader name(key.substr(1));
  const auto found = by_number_.find(static_cast<std::uint32_t>(name.BigEndian(4)));
  const auto partition = static_cast<Partition>(name.BigEndian(4));
  if (!name.ok() || found == by_number_.end() || partition >= found->second->spec.partitions) {
    return Damaged("the state of a partition that does not exist");
  }
  coding::Reader reader(value);
  PartitionState& state = found->second->state(partition);
  state.low = reader.Fixed64();
  state.high = reader.Fixed64();
  state.last_append.value = reader.Fixed64();
  state.bytes = reader.Fixed64();
  state.clean_bytes = reader.Fixed64();
  state.clean_to = reader.Fixed64();
  return reader.ok() ? Status()
                     : Damaged("the state of a partition of " + found->second->spec.name);
}

void LocalStore::PutOffset(rocksdb::WriteBatch& batch, const std::string& group,
                           const TopicPartition& where, Offset next) {
  std::string key = "o";
  coding::PutBytes(key, group);
  coding::PutBytes(key, where.topic);
  coding::PutBigEndian(key, static_cast<std::uint32_t>(where.partition), 4);
  std::string value;
  coding::PutFixed64(value, next);
  batch.Put(key, value);
}

Status LocalStore::LoadOffset(std::string_view key, std::string_view value, Content& content) {
  coding::Reader name(key.substr(1));
  const std::string group(name.Bytes());
  TopicPartition where;
  where.topic = name.Bytes();
  where.partition = static_cast<Partition>(name.BigEndian(4));
  coding::Reader reader(value);
  const Offset next = reader.Fixed64();
  if (!name.ok() || !reader.ok()) return Damaged("a committed offset");
  content.offsets[{group, where}] = next;
  return {};
}

Status LocalStore::Write(rocksdb::WriteBatch& batch, bool is_synced) {
  rocksdb::WriteOptions options;
  options.sync = is_synced;
  return FromRocksdb(db_->Write(options, &batch), "writing to the local log in '" + folder_ + "'");
}

std::string LocalStore::ChunkKey(PartitionKey where, Offset last) {
  std::string key = Key('r', where);
  coding::PutBigEndian(key, static_cast<std::uint64_t>(last), 8);
  return key;
}

ChunkIterator::ChunkIterator(rocksdb::DB& db, PartitionKey where, Offset from)
    : end_key_(LocalStore::ChunkKey(where, std::numeric_limits<Offset>::max())), end_(end_key_) {
  rocksdb::ReadOptions options;
  options.readahead_size = 256 << 10;
  options.fill_cache = false;
  options.verify_checksums = true;
  options.iterate_upper_bound = &end_;
  it_.reset(db.NewIterator(options));
  it_->Seek(LocalStore::ChunkKey(where, from));
}

Offset ChunkIterator::last() const {
  coding::Reader reader(key().substr(9));
  return static_cast<Offset>(reader.BigEndian(8));
}

std::string_view ChunkIterator::key() const { return View(it_->key()); }
std::string_view ChunkIterator::value() const { return View(it_->value()); }

Status ChunkIterator::status() const {
  return FromRocksdb(it_->status(), "reading from the local log");
}

}  // namespace evenkeel
