#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "timer_index.h"

#include "evenkeel/base/result.h"
#include "evenkeel/engine/processor.h"
#include "evenkeel/engine/worker_status.h"
#include "evenkeel/state/task_store.h"

namespace evenkeel {

/// What all tasks of a worker keep decoded between transactions, against its bound. Each may hold
/// an equal share.
class StateCache {
 public:
  explicit StateCache(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  void Join() { ++tasks_; }
  void Leave() { --tasks_; }
  std::size_t share() const { return tasks_ == 0 ? 0 : bytes_max_ / tasks_; }

  void Add(std::size_t bytes) { bytes_ += bytes; }
  void Remove(std::size_t bytes) { bytes_ -= bytes; }
  std::size_t bytes() const { return bytes_; }

 private:
  std::size_t bytes_max_;
  std::size_t tasks_ = 0;
  std::size_t bytes_ = 0;
};

/// The states of a task, decoded, in front of its store: those touched since the last commit, and
/// of those before, as many as its share of the cache holds. What is kept over a commit is what was
/// just written: a state that was touched and not marked dirty is read again.
class StateOverlay {
 public:
  /// All outlive the overlay.
  StateOverlay(const TaskStore& store, Processor& processor, TimerIndex& timers, StateCache& cache,
               WorkerCounters& counters);
  ~StateOverlay();
  StateOverlay(const StateOverlay&) = delete;
  StateOverlay& operator=(const StateOverlay&) = delete;

  Result<StateObject*> Find(std::string_view key);
  Result<StateObject*> GetOrCreate(std::string_view key);
  /// REQUIRES: found or created before.
  void MarkDirty(std::string_view key);
  Status Delete(std::string_view key);

  /// Brings the timer index up to date with the states marked since the last call.
  void RefreshTimers();

  /// Whether the state of `timer.key` still has this timer. REQUIRES: RefreshTimers() was called.
  bool HasTimer(const TimerPosition& timer) const;

  struct Change {
    std::string_view key;
    const StateObject* state = nullptr;  ///< Null: deleted.
    std::size_t* encoded = nullptr;      ///< To be set to the size of its encoding.
  };
  /// What differs from the store, in the order of the keys.
  std::vector<Change> Changes();

  /// The encoded bytes of what was touched, as far as known: what a new state will have is not.
  std::size_t touched_bytes() const { return touched_bytes_; }

  /// Changes() are in the store.
  void Acknowledge();

  /// Keeps no more than this task's share. That shrinks as tasks join.
  void Trim();

  /// Takes back everything since the last commit.
  void Rollback();

 private:
  struct OwnTimer {
    TimeMs due;
    std::string name;
    friend auto operator<=>(const OwnTimer&, const OwnTimer&) = default;
  };
  struct Entry;
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view key) const {
      return std::hash<std::string_view>()(key);
    }
  };
  using Entries = std::unordered_map<std::string, Entry, Hash, std::equal_to<>>;
  using Places = std::list<std::pair<const std::string, Entry>*>;
  struct Entry {
    std::unique_ptr<StateObject> object;
    std::vector<OwnTimer> timers;  ///< As the index has them, sorted.
    bool exists = false;           ///< False for a new object that was never marked dirty.
    bool is_stored = false;        ///< The store has an older version.
    bool is_dirty = false;
    bool is_marked = false;   ///< Since the last RefreshTimers().
    bool is_touched = false;  ///< Since the last commit; else it is in the cache.
    std::size_t encoded = 0;  ///< Bytes of its encoding, when it last had one.
    std::size_t memory = 0;   ///< Bytes in the cache.
    Places::iterator place;   ///< In touched_ or cached_.
  };
  Result<Entry*> Load(std::string_view key);
  std::vector<OwnTimer> TimersOf(std::string_view key, const Entry& entry);
  void Mark(const std::string& key, Entry& entry);
  void Touch(Entry& entry);
  void Forget(Places& places, Places::iterator place);

  const TaskStore& store_;
  Processor& processor_;
  TimerIndex& timers_;
  StateCache& cache_;
  WorkerCounters& counters_;
  Entries entries_;
  Places touched_;
  std::size_t touched_bytes_ = 0;
  Places cached_;                 // Those of the transaction longest ago first.
  std::size_t cached_bytes_ = 0;  // Of cached_.
  std::vector<std::pair<const std::string*, Entry*>> marked_;
};

}  // namespace evenkeel
