#include "evenkeel/features/seen_ids.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "evenkeel/base/hash.h"

namespace evenkeel {
namespace {

constexpr std::size_t kKeyBytes = sizeof(SignalKey);
constexpr std::size_t kContentBytes = sizeof(std::uint32_t);
constexpr std::size_t kWideKeyBytes = 16;
constexpr std::size_t kWideContentBytes = 8;

std::uint64_t BigEndian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<std::uint8_t>(byte);
  return value;
}

}  // namespace

SignalKey SignalKeyOf(std::string_view source, std::string_view id) {
  Sha256Stream stream;
  stream.UpdateField(source);
  stream.UpdateField(id);
  return BigEndian(AsBytes(stream.Finish()).substr(0, kKeyBytes));
}

Seen SeenIds::Check(const DuplicatePolicy& policy, const SignalKey& key, std::uint64_t content,
                    TimeMs event_time) const {
  for (const Entry& entry : entries_) {
    if (entry.key != key) continue;
    return entry.content == static_cast<std::uint32_t>(content) ? Seen::kRepeat : Seen::kConflict;
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
  const Entry entry{event_time, key, static_cast<std::uint32_t>(content)};
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
    std::array<char, ByteWriter::kVarintMax + kKeyBytes + kContentBytes> bytes;
    std::size_t size =
        ByteWriter::PutVarint(ByteWriter::Zigzag(entry.event_time.value - last), bytes.data());
    for (int shift = 56; shift >= 0; shift -= 8) {
      bytes[size++] = static_cast<char>(entry.key >> shift);
    }
    for (int shift = 24; shift >= 0; shift -= 8) {
      bytes[size++] = static_cast<char>(entry.content >> shift);
    }
    writer.Raw({bytes.data(), size});
    last = entry.event_time.value;
  }
}

void SeenIds::Read(ByteReader& reader, Width width) {
  entries_.clear();
  const bool is_wide = width == Width::kWide;
  const std::size_t key_bytes = is_wide ? kWideKeyBytes : kKeyBytes;
  const std::size_t content_bytes = is_wide ? kWideContentBytes : kContentBytes;
  const std::uint64_t count = reader.Varint();
  std::int64_t time = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    time += reader.Signed();
    const std::string_view key = reader.Raw(key_bytes);
    const std::string_view content = reader.Raw(content_bytes);
    if (!reader.ok()) return;
    entries_.push_back({.event_time = {time},
                        .key = BigEndian(key.substr(0, kKeyBytes)),
                        .content = static_cast<std::uint32_t>(BigEndian(content))});
  }
}

}  // namespace evenkeel
