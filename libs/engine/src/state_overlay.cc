#include "state_overlay.h"

#include <algorithm>
#include <utility>

#include "evenkeel/base/check.h"
#include "evenkeel/state/entry.h"

namespace evenkeel {

Result<StateOverlay::Entry*> StateOverlay::Load(std::string_view key) {
  if (const auto found = entries_.find(key); found != entries_.end()) return &found->second;
  EVENKEEL_ASSIGN_OR_RETURN(const std::optional<std::string> bytes,
                            store_.Get(EntryKey(EntryKind::kState, key)));
  Entry entry;
  if (bytes) {
    EVENKEEL_ASSIGN_OR_RETURN(const StateValue value, ParseStateValue(*bytes));
    EVENKEEL_ASSIGN_OR_RETURN(entry.object, processor_.DecodeState(key, value.layout, value.bytes));
    entry.exists = true;
    entry.is_stored = true;
    entry.timers = TimersOf(key, entry);
  }
  return &entries_.emplace(std::string(key), std::move(entry)).first->second;
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
  EVENKEEL_CHECK(found != entries_.end() && found->second.object != nullptr);
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

std::vector<StateOverlay::Change> StateOverlay::Changes() const {
  std::vector<Change> changes;
  for (const auto& [key, entry] : entries_) {
    const bool differs = entry.is_dirty && (entry.exists || entry.is_stored);
    if (differs) changes.push_back({key, entry.exists ? entry.object.get() : nullptr});
  }
  std::sort(changes.begin(), changes.end(),
            [](const Change& a, const Change& b) { return a.key < b.key; });
  return changes;
}

void StateOverlay::Clear() {
  entries_.clear();
  marked_.clear();
}

}  // namespace evenkeel
