#include "evenkeel/state/derived_store.h"

#include <filesystem>
#include <mutex>
#include <system_error>
#include <utility>

#include "database.h"
#include "directory_lock.h"
#include "store_resources.h"
#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include "evenkeel/base/check.h"

namespace evenkeel {
namespace {

using internal::ToSlice;
using internal::ToStatus;

constexpr std::string_view kIdentityKey = "!identity";

std::string_view ToView(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

rocksdb::WriteOptions NoLog() {
  rocksdb::WriteOptions options;
  options.disableWAL = true;
  return options;
}

}  // namespace

class DerivedStore::Database {
 public:
  explicit Database(DirectoryLock lock) : lock_(std::move(lock)) {}

  DirectoryLock lock_;
  std::unique_ptr<rocksdb::DB> db_;
};

std::string EndOfPrefix(std::string_view prefix) {
  EVENKEEL_CHECK(!prefix.empty() && static_cast<unsigned char>(prefix.back()) != 0xff);
  std::string end(prefix);
  end.back() = static_cast<char>(static_cast<unsigned char>(end.back()) + 1);
  return end;
}

// --- DerivedBatch ---

void DerivedBatch::Put(std::string key, std::string value) {
  bytes_ += key.size() + value.size() + 16;
  entries_.insert_or_assign(std::move(key), std::move(value));
}

void DerivedBatch::Delete(std::string key) {
  bytes_ += key.size() + 16;
  entries_.insert_or_assign(std::move(key), std::nullopt);
}

const std::optional<std::string>* DerivedBatch::Find(std::string_view key) const {
  const auto found = entries_.find(key);
  return found == entries_.end() ? nullptr : &found->second;
}

// --- opening and throwing away ---

DerivedStore::DerivedStore(const StoreResources& resources, std::string directory,
                           std::string identity)
    : resources_(resources), directory_(std::move(directory)), identity_(std::move(identity)) {}
DerivedStore::~DerivedStore() = default;

Result<std::unique_ptr<DerivedStore>> DerivedStore::Open(const StoreResources& resources,
                                                         const std::string& directory,
                                                         std::string identity) {
  EVENKEEL_ASSIGN_OR_RETURN(DirectoryLock lock, DirectoryLock::Take(directory));
  std::unique_ptr<DerivedStore> store(new DerivedStore(resources, directory, std::move(identity)));
  store->database_ = std::make_unique<Database>(std::move(lock));
  const bool is_usable = store->OpenDatabase().ok();
  std::optional<std::string> there;
  bool is_readable = false;
  if (is_usable) {
    Result<std::optional<std::string>> read = store->Get(kIdentityKey);
    is_readable = read.ok();
    if (is_readable) there = *std::move(read);
  }
  if (is_readable && there == store->identity_) return store;
  store->was_replaced_ = !is_readable || there.has_value();
  EVENKEEL_RETURN_IF_ERROR(store->Wipe());
  return store;
}

Status DerivedStore::OpenDatabase() {
  rocksdb::DB* db = nullptr;
  const rocksdb::Status opened =
      rocksdb::DB::Open(resources_.shared().database_options(), directory_, &db);
  EVENKEEL_RETURN_IF_ERROR(ToStatus(opened, "cannot open the view " + directory_));
  database_->db_.reset(db);
  return {};
}

Status DerivedStore::Clear() {
  database_->db_.reset();
  std::error_code error;
  std::filesystem::remove_all(directory_, error);
  if (error) return DataLoss("cannot delete the view " + directory_ + ": " + error.message());
  return OpenDatabase();
}

Status DerivedStore::Wipe() {
  {
    const std::unique_lock lock(mutex_);
    EVENKEEL_RETURN_IF_ERROR(Clear());
  }
  DerivedBatch batch;
  batch.Put(std::string(kIdentityKey), identity_);
  return Apply(batch);
}

// --- reading ---

Result<std::optional<std::string>> DerivedStore::Get(std::string_view key) const {
  const std::shared_lock lock(mutex_);
  if (database_->db_ == nullptr) return Unavailable("the view " + directory_ + " is closed");
  std::string value;
  const rocksdb::Status status = database_->db_->Get({}, ToSlice(key), &value);
  if (status.IsNotFound()) return std::optional<std::string>();
  EVENKEEL_RETURN_IF_ERROR(ToStatus(status, "cannot read the view " + directory_));
  return std::optional<std::string>(std::move(value));
}

Result<std::optional<std::string>> DerivedStore::Get(std::string_view key,
                                                     const DerivedBatch& batch) const {
  const std::optional<std::string>* pending = batch.Find(key);
  if (pending != nullptr) return *pending;
  return Get(key);
}

Status DerivedStore::Scan(std::string_view from, std::string_view until,
                          const Visitor& visit) const {
  const std::shared_lock lock(mutex_);
  if (database_->db_ == nullptr) return Unavailable("the view " + directory_ + " is closed");
  rocksdb::ReadOptions options;
  const rocksdb::Slice bound = ToSlice(until);
  options.iterate_upper_bound = &bound;
  const std::unique_ptr<rocksdb::Iterator> it(database_->db_->NewIterator(options));
  for (it->Seek(ToSlice(from)); it->Valid(); it->Next()) {
    if (!visit(ToView(it->key()), ToView(it->value()))) break;
  }
  return ToStatus(it->status(), "cannot read the view " + directory_);
}

Status DerivedStore::ScanBack(std::string_view from, std::string_view until,
                              const Visitor& visit) const {
  const std::shared_lock lock(mutex_);
  if (database_->db_ == nullptr) return Unavailable("the view " + directory_ + " is closed");
  rocksdb::ReadOptions options;
  const rocksdb::Slice lowest = ToSlice(from);
  const rocksdb::Slice bound = ToSlice(until);
  options.iterate_lower_bound = &lowest;
  options.iterate_upper_bound = &bound;
  const std::unique_ptr<rocksdb::Iterator> it(database_->db_->NewIterator(options));
  for (it->SeekToLast(); it->Valid(); it->Prev()) {
    if (!visit(ToView(it->key()), ToView(it->value()))) break;
  }
  return ToStatus(it->status(), "cannot read the view " + directory_);
}

// --- writing ---

Status DerivedStore::Apply(const DerivedBatch& batch) {
  const std::shared_lock lock(mutex_);
  if (database_->db_ == nullptr) return Unavailable("the view " + directory_ + " is closed");
  rocksdb::WriteBatch write(batch.bytes() + 512);
  for (const auto& [key, value] : batch.entries()) {
    const rocksdb::Status status = value ? write.Put(key, *value) : write.Delete(key);
    EVENKEEL_CHECK(status.ok());  // A batch in memory without a size limit takes everything.
  }
  return ToStatus(database_->db_->Write(NoLog(), &write), "cannot write to the view " + directory_);
}

Status DerivedStore::Flush() {
  const std::shared_lock lock(mutex_);
  if (database_->db_ == nullptr) return Unavailable("the view " + directory_ + " is closed");
  rocksdb::FlushOptions options;
  options.wait = false;
  options.allow_write_stall = true;
  return ToStatus(database_->db_->Flush(options), "cannot flush the view " + directory_);
}

}  // namespace evenkeel
