#include "state_overlay.h"

#include <algorithm>
#include <utility>

#include "evenkeel/base/check.h"
#include "evenkeel/state/entry.h"

namespace evenkeel {
namespace {

constexpr std::size_t kPlaceBytes = 256;  // In the map and in the list.

}  // namespace

StateOverlay::StateOverlay(const TaskStore& store, Processor& processor, TimerIndex& timers,
                           StateCache& cache, WorkerCounters& counters)
    : store_(store), processor_(processor), timers_(timers), cache_(cache), counters_(counters) {
  cache_.Join();
}

StateOverlay::~StateOverlay() {
  cache_.Remove(cached_bytes_);
  cache_.Leave();
}

Result<StateOverlay::Entry*> StateOverlay::Load(std::string_view key) {
  if (const auto found = entries_.find(key); found != entries_.end()) {
    if (!found->second.is_touched) Touch(found->second);
    return &found->second;
  }
  EVENKEEL_ASSIGN_OR_RETURN(const std::optional<std::string> bytes,
                            store_.Get(EntryKey(EntryKind::kState, key)));
  ++counters_.states_loaded;
  Entry entry;
  if (bytes) {
    EVENKEEL_ASSIGN_OR_RETURN(const StateValue value, ParseStateValue(*bytes));
    EVENKEEL_ASSIGN_OR_RETURN(entry.object, processor_.DecodeState(key, value.layout, value.bytes));
    entry.exists = true;
    entry.is_stored = true;
    entry.encoded = bytes->size();
    touched_bytes_ += entry.encoded;
    entry.timers = TimersOf(key, entry);
  }
  entry.is_touched = true;
  const auto added = entries_.emplace(std::string(key), std::move(entry)).first;
  added->second.place = touched_.insert(touched_.end(), &*added);
  return &added->second;
}

void StateOverlay::Touch(Entry& entry) {
  ++counters_.states_cached;
  entry.is_touched = true;
  touched_.splice(touched_.end(), cached_, entry.place);
  touched_bytes_ += entry.encoded;
  cached_bytes_ -= entry.memory;
  cache_.Remove(entry.memory);
}

Result<StateObject*> StateOverlay::Find(std::string_view key) {
  EVENKEEL_ASSIGN_OR_RETURN(Entry * entry, Load(key));
  return entry->exists ? entry->object.get() : nullptr;
}

Result<StateObject*> StateOverlay::GetOrCreate(std::string_view key) {
  EVENKEEL_ASSIGN_OR_RETURN(Entry * entry, Load(key));
  if (entry->object == nullptr) entry->object = processor_.NewState(key);
  return entry->object.get();
}

void StateOverlay::MarkDirty(std::string_view key) {
  const auto found = entries_.find(key);
  EVENKEEL_CHECK(found != entries_.end() && found->second.is_touched &&
                 found->second.object != nullptr);
  found->second.exists = true;
  Mark(found->first, found->second);
}

Status StateOverlay::Delete(std::string_view key) {
  EVENKEEL_ASSIGN_OR_RETURN(Entry * entry, Load(key));
  entry->object.reset();
  if (!entry->exists) return {};
  entry->exists = false;
  Mark(entries_.find(key)->first, *entry);
  return {};
}

void StateOverlay::Mark(const std::string& key, Entry& entry) {
  entry.is_dirty = true;
  if (entry.is_marked) return;
  entry.is_marked = true;
  marked_.emplace_back(&key, &entry);
}

void StateOverlay::RefreshTimers() {
  for (const auto& [key, entry] : marked_) {
    entry->is_marked = false;
    std::vector<OwnTimer> timers = TimersOf(*key, *entry);
    for (const OwnTimer& old : entry->timers) {
      if (!std::binary_search(timers.begin(), timers.end(), old)) {
        timers_.Remove({old.due, *key, old.name});
      }
    }
    for (const OwnTimer& timer : timers) {
      if (!std::binary_search(entry->timers.begin(), entry->timers.end(), timer)) {
        timers_.Add({timer.due, *key, timer.name});
      }
    }
    entry->timers = std::move(timers);
  }
  marked_.clear();
}

std::vector<StateOverlay::OwnTimer> StateOverlay::TimersOf(std::string_view key,
                                                           const Entry& entry) {
  class Sink final : public TimerSink {
   public:
    void Add(TimeMs due, std::string_view name) override {
      timers.push_back({due, std::string(name)});
    }
    std::vector<OwnTimer> timers;
  };
  Sink sink;
  if (entry.exists) processor_.TimersOf(key, *entry.object, sink);
  std::sort(sink.timers.begin(), sink.timers.end());
  return std::move(sink.timers);
}

bool StateOverlay::HasTimer(const TimerPosition& timer) const {
  const auto found = entries_.find(timer.key);
  if (found == entries_.end()) return true;  // Untouched: as it was.
  const std::vector<OwnTimer>& timers = found->second.timers;
  return std::binary_search(timers.begin(), timers.end(), OwnTimer{timer.due, timer.name});
}

std::vector<StateOverlay::Change> StateOverlay::Changes() {
  std::vector<Change> changes;
  for (auto* place : touched_) {
    auto& [key, entry] = *place;
    const bool differs = entry.is_dirty && (entry.exists || entry.is_stored);
    if (differs) {
      changes.push_back({key, entry.exists ? entry.object.get() : nullptr, &entry.encoded});
    }
  }
  std::sort(changes.begin(), changes.end(),
            [](const Change& a, const Change& b) { return a.key < b.key; });
  return changes;
}

void StateOverlay::Forget(Places& places, Places::iterator place) {
  const auto found = entries_.find((*place)->first);
  places.erase(place);
  entries_.erase(found);
}

void StateOverlay::Acknowledge() {
  EVENKEEL_CHECK(marked_.empty());
  while (!touched_.empty()) {
    auto& [key, entry] = *touched_.front();
    const bool is_written = entry.is_dirty && entry.exists;
    if (!is_written) {
      Forget(touched_, touched_.begin());
      continue;
    }
    entry.is_stored = true;
    entry.is_dirty = false;
    entry.is_touched = false;
    entry.memory = kPlaceBytes + key.capacity() + entry.timers.capacity() * sizeof(OwnTimer) +
                   entry.object->MemoryBytes(entry.encoded);
    cached_bytes_ += entry.memory;
    cache_.Add(entry.memory);
    cached_.splice(cached_.end(), touched_, touched_.begin());
  }
  touched_bytes_ = 0;
  Trim();
}

void StateOverlay::Trim() {
  const std::size_t share = cache_.share();
  while (cached_bytes_ > share) {
    const std::size_t bytes = cached_.front()->second.memory;
    cached_bytes_ -= bytes;
    cache_.Remove(bytes);
    Forget(cached_, cached_.begin());
  }
}

void StateOverlay::Rollback() {
  while (!touched_.empty()) Forget(touched_, touched_.begin());
  touched_bytes_ = 0;
  marked_.clear();
}

}  // namespace evenkeel
