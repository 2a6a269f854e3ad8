#include "evenkeel/state/task_store.h"

#include <filesystem>
#include <system_error>

#include "database.h"
#include "store_meta.h"
#include "store_resources.h"
#include "timer_key.h"
#include <rocksdb/write_batch.h>

#include "evenkeel/base/check.h"
#include "evenkeel/state/entry.h"

namespace evenkeel {
namespace {

using internal::ToSlice;
using internal::ToStatus;

std::string_view ToView(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

rocksdb::WriteOptions NoLog() {
  rocksdb::WriteOptions options;
  options.disableWAL = true;
  return options;
}

/// The first key after all keys that begin with `kind`.
std::string EndOf(char kind) { return std::string(1, static_cast<char>(kind + 1)); }

}  // namespace

// --- StoreBatch ---

void StoreBatch::Put(std::string key, std::optional<std::string> value) {
  bytes_ += key.size() + (value ? value->size() : 0) + 16;
  entries_.push_back({std::move(key), std::move(value)});
}

void StoreBatch::AddTimer(const TimerPosition& timer) { Put(TimerKey(timer), std::string()); }

void StoreBatch::RemoveTimer(const TimerPosition& timer) { Put(TimerKey(timer), std::nullopt); }

// --- figures ---

StoreFigures& StoreFigures::operator+=(const StoreFigures& other) {
  memtable_bytes += other.memtable_bytes;
  table_bytes += other.table_bytes;
  pending_compaction_bytes += other.pending_compaction_bytes;
  is_write_stalled = is_write_stalled || other.is_write_stalled;
  return *this;
}

StoreFigures TaskStore::figures() const {
  const auto read = [this](const std::string& property) {
    std::uint64_t value = 0;
    database_->get()->GetIntProperty(property, &value);
    return value;
  };
  using Properties = rocksdb::DB::Properties;
  return {.memtable_bytes = read(Properties::kCurSizeAllMemTables),
          .table_bytes = read(Properties::kLiveSstFilesSize),
          .pending_compaction_bytes = read(Properties::kEstimatePendingCompactionBytes),
          .is_write_stalled = read(Properties::kIsWriteStopped) != 0 ||
                              read(Properties::kActualDelayedWriteRate) != 0};
}

// --- opening and throwing away ---

TaskStore::TaskStore(const StoreResources& resources, std::string directory)
    : resources_(resources), directory_(std::move(directory)) {}
TaskStore::~TaskStore() = default;

Result<std::unique_ptr<TaskStore>> TaskStore::Open(const StoreResources& resources,
                                                   const std::string& directory) {
  EVENKEEL_ASSIGN_OR_RETURN(DirectoryLock lock, DirectoryLock::Take(directory));
  std::unique_ptr<TaskStore> store(new TaskStore(resources, directory));
  store->database_ = std::make_shared<internal::Database>(std::move(lock), directory);
  if (!store->OpenDatabase().ok()) {
    // The changelog has everything: a store that does not open is one that is not there.
    EVENKEEL_RETURN_IF_ERROR(store->Wipe());
    store->was_damaged_ = true;
  }
  return store;
}

Status TaskStore::OpenDatabase() {
  rocksdb::DB* db = nullptr;
  const rocksdb::Status opened =
      rocksdb::DB::Open(resources_.shared().database_options(), directory_, &db);
  EVENKEEL_RETURN_IF_ERROR(ToStatus(opened, "cannot open the store " + directory_));
  database_->Opened(db);
  meta_.reset();
  unflushed_bytes_ = 0;
  EVENKEEL_ASSIGN_OR_RETURN(const std::optional<std::string> bytes, Get(kMetaKey));
  if (!bytes) return {};
  EVENKEEL_ASSIGN_OR_RETURN(meta_, DecodeStoreMeta(*bytes));
  return {};
}

Status TaskStore::Wipe() {
  EVENKEEL_RETURN_IF_ERROR(database_->Close());
  std::error_code error;
  std::filesystem::remove_all(directory_, error);
  if (error) return DataLoss("cannot delete the store " + directory_ + ": " + error.message());
  return OpenDatabase();
}

Status TaskStore::SetAside(std::string_view suffix) {
  EVENKEEL_RETURN_IF_ERROR(database_->Close());
  const std::string aside = directory_ + "." + std::string(suffix);
  std::error_code error;
  std::filesystem::remove_all(aside, error);
  std::filesystem::rename(directory_, aside, error);
  if (error) {
    return DataLoss("cannot rename the store " + directory_ + " to " + aside + ": " +
                    error.message());
  }
  return OpenDatabase();
}

// --- reading ---

Result<bool> TaskStore::Empty() const {
  if (meta_) return false;
  const std::unique_ptr<rocksdb::Iterator> it(database_->get()->NewIterator({}));
  it->SeekToFirst();
  EVENKEEL_RETURN_IF_ERROR(ToStatus(it->status(), "cannot read the store " + directory_));
  return !it->Valid();
}

Result<std::optional<std::string>> TaskStore::Get(std::string_view key) const {
  std::string value;
  const rocksdb::Status status = database_->get()->Get({}, ToSlice(key), &value);
  if (status.IsNotFound()) return std::optional<std::string>();
  EVENKEEL_RETURN_IF_ERROR(ToStatus(status, "cannot read the store " + directory_));
  return std::optional<std::string>(std::move(value));
}

Status TaskStore::ForEach(char kind, const EntryVisitor& visit) const {
  rocksdb::ReadOptions options;
  const std::string end = EndOf(kind);
  const rocksdb::Slice bound = end;
  options.iterate_upper_bound = &bound;
  const std::unique_ptr<rocksdb::Iterator> it(database_->get()->NewIterator(options));
  for (it->Seek({&kind, 1}); it->Valid(); it->Next()) {
    EVENKEEL_RETURN_IF_ERROR(visit(ToView(it->key()), ToView(it->value())));
  }
  return ToStatus(it->status(), "cannot read the store " + directory_);
}

Status TaskStore::ForEachTimer(const TimerPosition& from, const TimerVisitor& visit) const {
  rocksdb::ReadOptions options;
  const std::string end = EndOf(kTimerKind);
  const rocksdb::Slice bound = end;
  options.iterate_upper_bound = &bound;
  const std::unique_ptr<rocksdb::Iterator> it(database_->get()->NewIterator(options));
  for (it->Seek(TimerKey(from)); it->Valid(); it->Next()) {
    const std::optional<TimerPosition> timer = ParseTimerKey(ToView(it->key()));
    if (!timer) return DataLoss("the timer index of " + directory_ + " is damaged");
    if (!visit(*timer)) return {};
  }
  return ToStatus(it->status(), "cannot read the store " + directory_);
}

Result<Sha256Digest> TaskStore::StateDigest() const {
  Sha256Stream digest;
  EVENKEEL_RETURN_IF_ERROR(ForEach(static_cast<char>(EntryKind::kState),
                                   [&](std::string_view key, std::string_view value) {
                                     digest.UpdateField(key);
                                     digest.UpdateField(value);
                                     return Status();
                                   }));
  return digest.Finish();
}

// --- writing ---

Status TaskStore::Apply(const StoreBatch& batch, const StoreMeta& meta) {
  rocksdb::WriteBatch write(batch.bytes() + 512);
  for (const StoreBatch::Entry& entry : batch.entries()) {
    const rocksdb::Status status =
        entry.value ? write.Put(entry.key, *entry.value) : write.Delete(entry.key);
    EVENKEEL_CHECK(status.ok());  // A batch in memory without a size limit takes everything.
  }
  EVENKEEL_CHECK(write.Put(ToSlice(kMetaKey), EncodeStoreMeta(meta)).ok());
  EVENKEEL_RETURN_IF_ERROR(ToStatus(database_->get()->Write(NoLog(), &write),
                                    "cannot write to the store " + directory_));
  meta_ = meta;
  unflushed_bytes_ += batch.bytes();
  return {};
}

Status TaskStore::Flush(FlushMode mode) {
  rocksdb::FlushOptions options;
  options.wait = mode == FlushMode::kFinish;
  options.allow_write_stall = true;  // Else it would wait here until nothing stalls.
  EVENKEEL_RETURN_IF_ERROR(
      ToStatus(database_->get()->Flush(options), "cannot flush the store " + directory_));
  unflushed_bytes_ = 0;
  return {};
}

Status TaskStore::RemoveAllTimers() {
  const std::string begin(1, kTimerKind);
  const rocksdb::Status status = database_->get()->DeleteRange(
      NoLog(), database_->get()->DefaultColumnFamily(), begin, EndOf(kTimerKind));
  return ToStatus(status, "cannot write to the store " + directory_);
}

}  // namespace evenkeel
