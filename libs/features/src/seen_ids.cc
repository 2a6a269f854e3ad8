#include "evenkeel/features/seen_ids.h"

#include <algorithm>
#include <cstring>

#include "evenkeel/base/hash.h"

namespace evenkeel {

SignalKey SignalKeyOf(std::string_view source, std::string_view id) {
  Sha256Stream stream;
  stream.UpdateField(source);
  stream.UpdateField(id);
  const Sha256Digest digest = stream.Finish();
  SignalKey key;
  std::copy_n(digest.begin(), key.size(), key.begin());
  return key;
}

Seen SeenIds::Check(const DuplicatePolicy& policy, const SignalKey& key, std::uint64_t content,
                    TimeMs event_time) const {
  for (const Entry& entry : entries_) {
    if (std::memcmp(entry.key.data(), key.data(), key.size()) != 0) continue;
    return entry.content == content ? Seen::kRepeat : Seen::kConflict;
  }
  if (policy.ids_max == 0) return Seen::kNew;
  if (entries_.empty()) return Seen::kNew;
  if (event_time.value < entries_.back().event_time.value - policy.horizon_ms) {
    return Seen::kPastHorizon;
  }
  const bool is_full = entries_.size() >= static_cast<std::size_t>(policy.ids_max);
  return is_full && event_time < entries_.front().event_time ? Seen::kPastHorizon : Seen::kNew;
}

void SeenIds::Insert(const DuplicatePolicy& policy, const SignalKey& key, std::uint64_t content,
                     TimeMs event_time) {
  if (policy.ids_max == 0) return;
  const Entry entry{event_time, key, content};
  entries_.insert(std::upper_bound(entries_.begin(), entries_.end(), entry), entry);
  const std::int64_t cut = entries_.back().event_time.value - policy.horizon_ms;
  std::size_t drop = 0;
  while (entries_[drop].event_time.value < cut) ++drop;
  const auto ids_max = static_cast<std::size_t>(policy.ids_max);
  if (entries_.size() - drop > ids_max) drop = entries_.size() - ids_max;
  entries_.erase(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(drop));
}

void SeenIds::Write(ByteWriter& writer) const {
  writer.Varint(entries_.size());
  std::int64_t last = 0;
  for (const Entry& entry : entries_) {
    writer.Signed(entry.event_time.value - last);
    last = entry.event_time.value;
    for (const std::uint8_t byte : entry.key) writer.Byte(byte);
    for (int shift = 56; shift >= 0; shift -= 8) {
      writer.Byte(static_cast<std::uint8_t>(entry.content >> shift));
    }
  }
}

void SeenIds::Read(ByteReader& reader) {
  entries_.clear();
  const std::uint64_t count = reader.Varint();
  std::int64_t time = 0;
  for (std::uint64_t i = 0; i < count && reader.ok(); ++i) {
    Entry entry;
    time += reader.Signed();
    entry.event_time = {time};
    for (std::uint8_t& byte : entry.key) byte = reader.Byte();
    for (int j = 0; j < 8; ++j) entry.content = entry.content << 8 | reader.Byte();
    entries_.push_back(entry);
  }
}

}  // namespace evenkeel
