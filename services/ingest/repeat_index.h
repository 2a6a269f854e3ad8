#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <unordered_map>

#include "ingest/ingest_event.h"

namespace evenkeel {

/// Where an event is on the log.
struct EventPlace {
  std::uint32_t topic = 0;  ///< Index into the writer's topics.
  Partition partition = 0;
  Offset offset = 0;

  friend bool operator==(const EventPlace&, const EventPlace&) = default;
};

/// The events that came last, by source and id, so that a repeat gets the place of the original.
///
/// Bounded in number and age; what is forgotten first came first.
///
/// Thread-safety: one thread.
class RepeatIndex {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  struct Entry {
    EventPlace place;
    std::uint64_t content = 0;
  };

  RepeatIndex(std::size_t count_max, std::chrono::milliseconds age_max)
      : count_max_(count_max), age_max_(age_max) {}

  /// Null: not known (any more).
  const Entry* Find(const EventKey& key) const;
  /// The first one of a key stays.
  void Add(const EventKey& key, const Entry& entry, TimePoint now);
  void Clear();
  std::size_t size() const { return entries_.size(); }

 private:
  struct KeyHash {
    std::size_t operator()(const EventKey& key) const {
      std::size_t hash = 0;
      std::memcpy(&hash, key.data(), sizeof hash);
      return hash;
    }
  };

  const std::size_t count_max_;
  const std::chrono::milliseconds age_max_;
  std::unordered_map<EventKey, Entry, KeyHash> entries_;
  std::deque<std::pair<TimePoint, EventKey>> order_;
};

}  // namespace evenkeel
