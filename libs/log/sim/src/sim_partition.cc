#include "sim_partition.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "evenkeel/base/check.h"

namespace evenkeel {

Offset SimPartition::Append(ProducerId producer, TimeMs timestamp,
                            std::shared_ptr<const StoredRecord> record) {
  open_.try_emplace(producer, high_);
  entries_.push_back({high_, timestamp, producer, std::move(record)});
  return high_++;
}

void SimPartition::EndTransaction(ProducerId producer, bool commit, TimeMs now) {
  const auto open = open_.find(producer);
  EVENKEEL_CHECK(open != open_.end());
  if (!commit) {
    const auto first = static_cast<std::size_t>(LowerBound(open->second) - entries_.begin());
    for (std::size_t i = first; i < entries_.size(); ++i) {
      if (entries_[i].producer == producer) entries_[i].aborted = true;
    }
  }
  open_.erase(open);
  entries_.push_back({high_++, now, producer, nullptr});
}

Offset SimPartition::last_stable() const {
  Offset stable = high_;
  for (const auto& [producer, first] : open_) stable = std::min(stable, first);
  return std::max(stable, low_);
}

bool SimPartition::pending(const Entry& entry) const {
  const auto open = open_.find(entry.producer);
  return open != open_.end() && entry.offset >= open->second;
}

const SimPartition::Entry* SimPartition::NextCommitted(Offset& position) const {
  const Offset stable = last_stable();
  for (auto it = LowerBound(position); it != entries_.end() && it->offset < stable; ++it) {
    if (it->record == nullptr || it->aborted) continue;
    position = it->offset;
    return &*it;
  }
  position = std::max(position, stable);
  return nullptr;
}

void SimPartition::DeleteBefore(Offset before) {
  EVENKEEL_CHECK(before <= high_);
  low_ = std::max(low_, before);
  while (!entries_.empty() && entries_.front().offset < low_) entries_.pop_front();
}

void SimPartition::DeleteOlderThan(TimeMs time) {
  const Offset stable = last_stable();
  Offset before = low_;
  for (const Entry& entry : entries_) {
    if (entry.offset >= stable || entry.timestamp >= time) break;
    before = entry.offset + 1;
  }
  DeleteBefore(before);
}

void SimPartition::Compact(TimeMs keep_tombstones_from) {
  const Offset stable = last_stable();
  std::map<std::string_view, Offset> last;
  for (const Entry& entry : entries_) {
    if (entry.offset >= stable || entry.record == nullptr || entry.aborted) continue;
    last[entry.record->key.value_or("")] = entry.offset;
  }
  const auto is_garbage = [&](const Entry& entry) {
    if (entry.offset >= stable) return false;
    if (entry.aborted) return true;
    const bool is_old = entry.timestamp < keep_tombstones_from;
    if (entry.record == nullptr) return is_old;
    if (last.at(entry.record->key.value_or("")) != entry.offset) return true;
    return !entry.record->value.has_value() && is_old;
  };
  std::deque<Entry> kept;
  for (const Entry& entry : entries_) {
    if (!is_garbage(entry)) kept.push_back(entry);
  }
  entries_.swap(kept);
}

std::deque<SimPartition::Entry>::const_iterator SimPartition::LowerBound(Offset offset) const {
  return std::lower_bound(entries_.begin(), entries_.end(), offset,
                          [](const Entry& entry, Offset wanted) { return entry.offset < wanted; });
}

}  // namespace evenkeel
