#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "evenkeel/base/hash.h"
#include "evenkeel/base/result.h"
#include "evenkeel/base/time.h"
#include "evenkeel/log/record.h"
#include "evenkeel/model/commit_record.h"
#include "evenkeel/state/store_resources.h"
#include "evenkeel/state/store_view.h"

namespace evenkeel {
namespace internal {
class Database;
}  // namespace internal

/// What a store says about itself. It changes in the same batch as the content.
struct StoreMeta {
  std::string deployment;
  std::string cluster_id;
  std::string changelog_topic;
  Partition row = 0;
  std::string app_version;    ///< Which program derived the timers of the index.
  Offset changelog_next = 0;  ///< The first changelog offset not contained.
  std::string commit_record;  ///< As read from the changelog; empty before the first.
  TimeMs written_at;          ///< Wall time of the last batch.
};

/// Changes that a store takes whole or not at all.
class StoreBatch {
 public:
  /// A changelog entry: `key` begins with its kind byte (see entry.h). No value deletes it.
  void Put(std::string key, std::optional<std::string> value);
  void AddTimer(const TimerPosition& timer);
  void RemoveTimer(const TimerPosition& timer);

  struct Entry {
    std::string key;
    std::optional<std::string> value;
  };
  std::span<const Entry> entries() const { return entries_; }
  std::size_t bytes() const { return bytes_; }

 private:
  friend class TaskStore;
  std::vector<Entry> entries_;  ///< Timers included, under their stored key.
  std::size_t bytes_ = 0;
};

/// What a store holds and does, for metrics.
struct StoreFigures {
  std::uint64_t memtable_bytes = 0;
  std::uint64_t table_bytes = 0;               ///< On disk.
  std::uint64_t pending_compaction_bytes = 0;  ///< Estimated.
  bool is_write_stalled = false;               ///< Writes are slowed down or stopped.

  StoreFigures& operator+=(const StoreFigures& other);
};

/// The local copy of one task's changelog, with the index of its timers: a RocksDB of its own, one
/// column family, without write-ahead log. After a crash it holds a prefix of the batches, whole,
/// and its meta says which; the changelog has the rest. So it is a cache: anything wrong with it
/// ends with Wipe() and a restore.
///
/// A directory is open once at a time, in all processes. Errors: kUnavailable when somebody else
/// has it open (try again); kDataLoss for everything that the disk or RocksDB reports.
///
/// Thread-safety: one thread; what View() returns, any.
class TaskStore {
 public:
  static Result<std::unique_ptr<TaskStore>> Open(const StoreResources& resources,
                                                 const std::string& directory);
  ~TaskStore();
  TaskStore(const TaskStore&) = delete;
  TaskStore& operator=(const TaskStore&) = delete;

  /// Nothing in a new store.
  const std::optional<StoreMeta>& meta() const { return meta_; }

  /// True if Open() found something that does not open, and began anew.
  bool was_damaged() const { return was_damaged_; }

  /// True if there is neither meta nor content. Content without meta is damage.
  Result<bool> Empty() const;

  Result<std::optional<std::string>> Get(std::string_view key) const;

  /// Applies `batch` with `meta`. In memory until Flush().
  Status Apply(const StoreBatch& batch, const StoreMeta& meta);

  enum class FlushMode : std::uint8_t {
    kBegin,   ///< In the background.
    kFinish,  ///< Durable on return.
  };
  /// Makes everything applied durable.
  Status Flush(FlushMode mode);
  std::size_t unflushed_bytes() const { return unflushed_bytes_; }
  StoreFigures figures() const;

  /// What was applied so far, for other threads to read while this one goes on. `position` is what
  /// the view says of itself. REQUIRES: the store is open (no Wipe() or SetAside() failed).
  std::shared_ptr<const StoreView> View(const StorePosition& position) const;

  /// Deletes all content. The directory and its lock stay. kUnavailable while there are views.
  Status Wipe();

  /// Moves all content to `<directory>.<suffix>` for a person to look at, and starts empty.
  /// kUnavailable while there are views.
  Status SetAside(std::string_view suffix);

  using EntryVisitor = std::function<Status(std::string_view key, std::string_view value)>;
  /// Entries whose key begins with `kind`, in order.
  Status ForEach(char kind, const EntryVisitor& visit) const;

  /// Timers in order, from the first that is not before `from`, until `visit` returns false.
  using TimerVisitor = std::function<bool(const TimerPosition& timer)>;
  Status ForEachTimer(const TimerPosition& from, const TimerVisitor& visit) const;
  Status RemoveAllTimers();

  /// SHA-256 over all states, keys and values in order: equal for equal content on any machine.
  Result<Sha256Digest> StateDigest() const;

 private:
  TaskStore(const StoreResources& resources, std::string directory);
  Status OpenDatabase();

  const StoreResources& resources_;
  std::string directory_;
  std::shared_ptr<internal::Database> database_;
  std::optional<StoreMeta> meta_;
  std::size_t unflushed_bytes_ = 0;
  bool was_damaged_ = false;
};

}  // namespace evenkeel
