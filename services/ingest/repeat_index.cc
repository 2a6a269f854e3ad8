#include "ingest/repeat_index.h"

#include <algorithm>

#include "evenkeel/base/hash.h"

namespace evenkeel {

EventKey EventKeyOf(std::string_view source, std::string_view id) {
  Sha256Stream hash;
  hash.UpdateField(source);
  hash.UpdateField(id);
  const Sha256Digest digest = hash.Finish();
  EventKey key{};
  std::copy_n(digest.begin(), key.size(), key.begin());
  return key;
}

const RepeatIndex::Entry* RepeatIndex::Find(const EventKey& key) const {
  const auto found = entries_.find(key);
  return found == entries_.end() ? nullptr : &found->second;
}

void RepeatIndex::Add(const EventKey& key, const Entry& entry, TimePoint now) {
  if (!entries_.try_emplace(key, entry).second) return;
  order_.emplace_back(now, key);
  while (order_.size() > count_max_ || now - order_.front().first > age_max_) {
    entries_.erase(order_.front().second);
    order_.pop_front();
  }
}

void RepeatIndex::Clear() {
  entries_.clear();
  order_.clear();
}

}  // namespace evenkeel
