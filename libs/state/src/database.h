#pragma once

#include <memory>
#include <mutex>
#include <string_view>
#include <utility>

#include "directory_lock.h"
#include <rocksdb/db.h>

#include "evenkeel/base/result.h"

namespace evenkeel::internal {

inline rocksdb::Slice ToSlice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }

/// A failed call of RocksDB: kDataLoss, or kResourceExhausted for a full disk.
Status ToStatus(const rocksdb::Status& status, const std::string& what);

/// The database of one directory, with the lock on it: shared by the store, which opens and closes
/// it, and by the views, which read it. Lives until the last of them goes.
class Database {
 public:
  Database(DirectoryLock lock, std::string directory)
      : lock_(std::move(lock)), directory_(std::move(directory)) {}

  const std::string& directory() const { return directory_; }

  /// Null while it is closed. The store's thread; views only while they are counted.
  rocksdb::DB* get() const { return db_.get(); }

  void Opened(rocksdb::DB* db) { db_.reset(db); }

  /// kUnavailable if a view reads it.
  Status Close();

  const rocksdb::Snapshot* BeginView();
  void EndView(const rocksdb::Snapshot* snapshot);

 private:
  const DirectoryLock lock_;
  const std::string directory_;
  std::unique_ptr<rocksdb::DB> db_;
  std::mutex mutex_;
  int views_ = 0;  // Guarded by mutex_.
};

}  // namespace evenkeel::internal
