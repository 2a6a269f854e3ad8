#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "timer_index.h"

#include "evenkeel/base/result.h"
#include "evenkeel/engine/processor.h"
#include "evenkeel/state/task_store.h"

namespace evenkeel {

/// The states that a task has touched since its last commit, decoded, in front of its store. A
/// cache that outlives the commit would be this map with its clean entries kept.
class StateOverlay {
 public:
  StateOverlay(const TaskStore& store, Processor& processor, TimerIndex& timers)
      : store_(store), processor_(processor), timers_(timers) {}

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
  };
  /// What differs from the store, in the order of the keys.
  std::vector<Change> Changes() const;

  void Clear();

 private:
  struct OwnTimer {
    TimeMs due;
    std::string name;
    friend auto operator<=>(const OwnTimer&, const OwnTimer&) = default;
  };
  struct Entry {
    std::unique_ptr<StateObject> object;
    std::vector<OwnTimer> timers;  ///< As the index has them, sorted.
    bool exists = false;           ///< False for a new object that was never marked dirty.
    bool is_stored = false;        ///< The store has an older version.
    bool is_dirty = false;
    bool is_marked = false;  ///< Since the last RefreshTimers().
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view key) const {
      return std::hash<std::string_view>()(key);
    }
  };

  Result<Entry*> Load(std::string_view key);
  std::vector<OwnTimer> TimersOf(std::string_view key, const Entry& entry);
  void Mark(const std::string& key, Entry& entry);

  const TaskStore& store_;
  Processor& processor_;
  TimerIndex& timers_;
  std::unordered_map<std::string, Entry, Hash, std::equal_to<>> entries_;
  std::vector<std::pair<const std::string*, Entry*>> marked_;
};

}  // namespace evenkeel
