#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>

#include "evenkeel/base/result.h"
#include "evenkeel/state/store_resources.h"

namespace evenkeel {

/// Changes that a view store takes whole or not at all; the last one of a key counts.
class DerivedBatch {
 public:
  void Put(std::string key, std::string value);
  void Delete(std::string key);

  /// What this batch says about `key`: nothing if it says nothing, else its value or its deletion.
  const std::optional<std::string>* Find(std::string_view key) const;

  const std::map<std::string, std::optional<std::string>, std::less<>>& entries() const {
    return entries_;
  }
  std::size_t bytes() const { return bytes_; }

 private:
  std::map<std::string, std::optional<std::string>, std::less<>> entries_;
  std::size_t bytes_ = 0;
};

/// Rows that can be made again from a log: a RocksDB of its own, one column family, without
/// write-ahead log. After a crash it holds a prefix of the batches, whole; who writes keeps its
/// positions in the log among the rows, and reads on from there. The directory may be deleted
/// whenever nobody has it open.
///
/// A directory is open once at a time, in all processes. Errors: kUnavailable when somebody else
/// has it open; kDataLoss, kResourceExhausted for what the disk or RocksDB reports.
///
/// Thread-safety: reads from any thread; one thread writes.
class DerivedStore {
 public:
  /// `identity` names format and origin of the rows: a store that bears another, or that does not
  /// open, begins anew, empty.
  static Result<std::unique_ptr<DerivedStore>> Open(const StoreResources& resources,
                                                    const std::string& directory,
                                                    std::string identity);
  ~DerivedStore();
  DerivedStore(const DerivedStore&) = delete;
  DerivedStore& operator=(const DerivedStore&) = delete;

  /// True if there was something that Open() had to throw away.
  bool was_replaced() const { return was_replaced_; }

  Result<std::optional<std::string>> Get(std::string_view key) const;
  /// As it will be once `batch` is applied.
  Result<std::optional<std::string>> Get(std::string_view key, const DerivedBatch& batch) const;

  /// Rows with `from` <= key < `until` in order, until `visit` returns false.
  using Visitor = std::function<bool(std::string_view key, std::string_view value)>;
  Status Scan(std::string_view from, std::string_view until, const Visitor& visit) const;
  /// The same rows, the last one first.
  Status ScanBack(std::string_view from, std::string_view until, const Visitor& visit) const;

  Status Apply(const DerivedBatch& batch);

  /// Makes everything applied durable, in the background.
  Status Flush();

  /// Deletes all rows.
  Status Wipe();

 private:
  class Database;
  DerivedStore(const StoreResources& resources, std::string directory, std::string identity);
  Status OpenDatabase();
  Status Clear();

  const StoreResources& resources_;
  const std::string directory_;
  const std::string identity_;
  mutable std::shared_mutex mutex_;  // Held alone while there is no database.
  std::unique_ptr<Database> database_;
  bool was_replaced_ = false;
};

/// The first key after all that begin with `prefix`, which does not end in 0xff.
std::string EndOfPrefix(std::string_view prefix);

}  // namespace evenkeel
