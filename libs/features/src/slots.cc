#include "evenkeel/features/slots.h"

#include <algorithm>
#include <utility>

#include "case_math.h"

namespace evenkeel {
namespace {

void WriteBuckets(ByteWriter& writer, const std::vector<Bucket>& buckets) {
  writer.Varint(buckets.size());
  std::int64_t last = 0;
  for (const Bucket& bucket : buckets) {
    writer.Signed(bucket.index - last);
    writer.Signed(bucket.value);
    last = bucket.index;
  }
}

void ReadBuckets(ByteReader& reader, std::vector<Bucket>& buckets) {
  const std::uint64_t count = reader.Varint();
  std::int64_t index = 0;
  for (std::uint64_t i = 0; i < count && reader.ok(); ++i) {
    index += reader.Signed();
    buckets.push_back({index, reader.Signed()});
  }
}

bool IsNewest(FeatureKind kind) {
  return kind == FeatureKind::kLast || kind == FeatureKind::kTimeSince;
}

void WriteNewest(ByteWriter& writer, const SlotLayout& layout, const Slot& slot) {
  writer.Byte(slot.is_set ? 1 : 0);
  if (!slot.is_set) return;
  writer.Signed(slot.newest.value);
  if (layout.kind == FeatureKind::kTimeSince) return;
  writer.Varint(slot.order);
  if (layout.is_symbol) {
    writer.Bytes(slot.symbol);
  } else {
    writer.Signed(slot.number);
  }
}

void ReadNewest(ByteReader& reader, const SlotLayout& layout, Slot& slot) {
  slot.is_set = reader.Byte() != 0;
  if (!slot.is_set) return;
  slot.newest = {reader.Signed()};
  if (layout.kind == FeatureKind::kTimeSince) return;
  slot.order = reader.Varint();
  if (layout.is_symbol) {
    slot.symbol = reader.Bytes();
  } else {
    slot.number = reader.Signed();
  }
}

void WriteSlot(ByteWriter& writer, const SlotLayout& layout, const Slot& slot) {
  if (layout.kind == FeatureKind::kOpenCases) {
    writer.Byte(slot.is_set ? 1 : 0);
    writer.Signed(slot.newest.value);
    return internal::WriteCases(writer, slot.cases);
  }
  if (IsNewest(layout.kind)) return WriteNewest(writer, layout, slot);
  if (layout.bucket_ms > 0) return WriteBuckets(writer, slot.buckets);
  writer.Signed(slot.number);
}

Slot ReadSlot(ByteReader& reader, const SlotLayout& layout) {
  Slot slot;
  if (layout.kind == FeatureKind::kOpenCases) {
    slot.is_set = reader.Byte() != 0;
    slot.newest = {reader.Signed()};
    internal::ReadCases(reader, slot.cases);
  } else if (IsNewest(layout.kind)) {
    ReadNewest(reader, layout, slot);
  } else if (layout.bucket_ms > 0) {
    ReadBuckets(reader, slot.buckets);
  } else {
    slot.number = reader.Signed();
  }
  return slot;
}

std::vector<ParkedSlot>::iterator Place(std::vector<ParkedSlot>& parked, std::uint64_t key) {
  return std::lower_bound(
      parked.begin(), parked.end(), key,
      [](const ParkedSlot& slot, std::uint64_t wanted) { return slot.key < wanted; });
}

void Park(std::vector<ParkedSlot>& parked, const SlotLayout& layout, const Slot& slot, TimeMs now) {
  if (slot == Slot{}) return;
  ParkedSlot entry{.key = layout.key, .since = now, .bytes = {}};
  ByteWriter writer(entry.bytes);
  WriteSlot(writer, layout, slot);
  const auto place = Place(parked, layout.key);
  if (place != parked.end() && place->key == layout.key) {
    *place = std::move(entry);
  } else {
    parked.insert(place, std::move(entry));
  }
}

Slot Unpark(std::vector<ParkedSlot>& parked, const SlotLayout& layout) {
  const auto place = Place(parked, layout.key);
  if (place == parked.end() || place->key != layout.key) return {};
  ByteReader reader(place->bytes);
  Slot slot = ReadSlot(reader, layout);
  parked.erase(place);
  return reader.done() ? slot : Slot{};
}

}  // namespace

void WriteSlots(ByteWriter& writer, const Layout& layout, const FeatureSlots& slots) {
  for (std::size_t i = 0; i < layout.slots.size(); ++i) {
    WriteSlot(writer, layout.slots[i], slots.slots[i]);
  }
  writer.Varint(slots.parked.size());
  for (const ParkedSlot& parked : slots.parked) {
    writer.Varint(parked.key);
    writer.Signed(parked.since.value);
    writer.Bytes(parked.bytes);
  }
}

FeatureSlots ReadSlots(ByteReader& reader, const Layout& layout) {
  FeatureSlots slots;
  slots.slots.reserve(layout.slots.size());
  for (const SlotLayout& slot : layout.slots) slots.slots.push_back(ReadSlot(reader, slot));
  const std::uint64_t parked = reader.Varint();
  for (std::uint64_t i = 0; i < parked && reader.ok(); ++i) {
    ParkedSlot slot;
    slot.key = reader.Varint();
    slot.since = {reader.Signed()};
    slot.bytes = reader.Bytes();
    slots.parked.push_back(std::move(slot));
  }
  return slots;
}

void MigrateSlots(FeatureSlots& slots, const Layout& from, const Layout& to, TimeMs now,
                  TimeMs drop_before) {
  std::erase_if(slots.parked, [&](const ParkedSlot& slot) { return slot.since < drop_before; });
  std::vector<Slot> moved(to.slots.size());
  std::vector<bool> is_taken(from.slots.size(), false);
  for (std::size_t i = 0; i < to.slots.size(); ++i) {
    const auto found =
        std::find_if(from.slots.begin(), from.slots.end(),
                     [&](const SlotLayout& slot) { return slot.key == to.slots[i].key; });
    if (found == from.slots.end()) {
      moved[i] = Unpark(slots.parked, to.slots[i]);
      continue;
    }
    const auto index = static_cast<std::size_t>(found - from.slots.begin());
    moved[i] = std::move(slots.slots[index]);
    is_taken[index] = true;
  }
  for (std::size_t i = 0; i < from.slots.size(); ++i) {
    if (!is_taken[i]) Park(slots.parked, from.slots[i], slots.slots[i], now);
  }
  slots.slots = std::move(moved);
}

}  // namespace evenkeel
