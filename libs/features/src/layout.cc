#include "evenkeel/features/layout.h"

#include <algorithm>

#include "evenkeel/base/bytes.h"
#include "evenkeel/base/hash.h"
#include "evenkeel/features/field_value_bytes.h"

namespace evenkeel {
namespace {

constexpr std::uint8_t kLayoutVersion = 1;
constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::int64_t kDayMs = 24 * kHourMs;

std::uint64_t FirstEight(const Sha256Digest& digest) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 8; ++i) value = value << 8 | digest[i];
  return value;
}

void WriteMatch(ByteWriter& writer, const SignalMatch& match) {
  std::vector<std::string> types = match.types;
  std::sort(types.begin(), types.end());
  writer.Varint(types.size());
  for (const std::string& type : types) writer.Bytes(type);
  writer.Varint(match.fields.size());
  for (const FieldMatch& field : match.fields) {
    writer.Bytes(field.field);
    writer.Bytes(field.prefix);
    writer.Varint(field.any_of.size());
    for (const FieldValue& value : field.any_of) WriteFieldValue(writer, value);
  }
}

void WriteCases(ByteWriter& writer, const CaseDefinition& cases) {
  writer.Bytes(cases.id);
  WriteMatch(writer, cases.closed_by);
  WriteMatch(writer, cases.updated_by);
  writer.Bytes(cases.due);
  writer.Byte(static_cast<std::uint8_t>(cases.reading));
}

// How wide a bucket is. Decay is read from the middle of a bucket: an eighth of the half-life
// keeps its error under 5 %.
std::int64_t BucketMsOf(const FeatureDefinition& definition) {
  if (definition.kind == FeatureKind::kDecayedSum) {
    return std::max(kHourMs, definition.half_life_ms / 8 / kHourMs * kHourMs);
  }
  const bool has_window = definition.window_ms > 0 && (definition.kind == FeatureKind::kCount ||
                                                       definition.kind == FeatureKind::kSum);
  if (!has_window) return 0;
  return definition.window_ms < 3 * kDayMs ? kHourMs : kDayMs;
}

// Two days more than a window needs: clocks of producers may run ahead, and a signal from ahead
// must not push out what still counts.
std::int64_t BucketsKeptOf(const FeatureDefinition& definition, std::int64_t bucket_ms) {
  if (bucket_ms == 0) return 0;
  const std::int64_t ahead = (2 * kDayMs + bucket_ms - 1) / bucket_ms;
  if (definition.kind != FeatureKind::kDecayedSum) return definition.window_ms / bucket_ms + ahead;
  constexpr std::int64_t kHalfLivesKept = 10;  // A thousandth is left of what is older.
  return kHalfLivesKept * definition.half_life_ms / bucket_ms + ahead;
}

void WriteSlots(ByteWriter& writer, const std::vector<SlotLayout>& slots) {
  writer.Byte(kLayoutVersion);
  writer.Varint(slots.size());
  for (const SlotLayout& slot : slots) {
    writer.Varint(slot.key);
    writer.Byte(static_cast<std::uint8_t>(slot.kind));
    writer.Byte(slot.is_symbol ? 1 : 0);
    writer.Byte(slot.scale);
    writer.Signed(slot.bucket_ms);
    writer.Signed(slot.buckets_kept);
    writer.Bytes(slot.name);
  }
}

}  // namespace

void SealLayout(Layout& layout) { layout.id = FirstEight(Sha256(EncodeLayout(layout))); }

std::string EncodeLayout(const Layout& layout) {
  std::string bytes;
  ByteWriter writer(bytes);
  WriteSlots(writer, layout.slots);
  return bytes;
}

Result<Layout> DecodeLayout(std::string_view bytes) {
  ByteReader reader(bytes);
  if (const std::uint8_t version = reader.Byte(); version != kLayoutVersion) {
    return DataLoss("a state layout of version " + std::to_string(version) +
                    ": this build reads version 1");
  }
  Layout layout;
  const std::uint64_t count = reader.Varint();
  for (std::uint64_t i = 0; i < count && reader.ok(); ++i) {
    SlotLayout slot;
    slot.key = reader.Varint();
    const std::uint8_t kind = reader.Byte();
    if (kind < 1 || kind > 7 || kind == 6)
      return DataLoss("a state layout with an unknown kind of feature");
    slot.kind = static_cast<FeatureKind>(kind);
    slot.is_symbol = reader.Byte() != 0;
    slot.scale = reader.Byte();
    slot.bucket_ms = reader.Signed();
    slot.buckets_kept = reader.Signed();
    slot.name = reader.Bytes();
    layout.slots.push_back(std::move(slot));
  }
  if (!reader.done()) return DataLoss("a state layout that ends early or late");
  SealLayout(layout);
  return layout;
}

void LayoutSet::Add(Layout layout) {
  if (Find(layout.id) == nullptr) layouts_.push_back(std::move(layout));
}

const Layout* LayoutSet::Find(std::uint64_t id) const {
  for (const Layout& layout : layouts_) {
    if (layout.id == id) return &layout;
  }
  return nullptr;
}

std::uint64_t SlotKeyOf(const FeatureDefinition& definition) {
  std::string bytes;
  ByteWriter writer(bytes);
  writer.Byte(static_cast<std::uint8_t>(definition.kind));
  WriteMatch(writer, definition.match);
  for (const NumberField* number : {&definition.value, &definition.times}) {
    writer.Bytes(number->field);
    writer.Byte(number->scale);
  }
  writer.Byte(definition.is_symbol ? 1 : 0);
  writer.Byte(definition.scale);
  writer.Bytes(definition.currency.view());
  writer.Signed(definition.window_ms);
  writer.Signed(definition.half_life_ms);
  if (definition.kind == FeatureKind::kOpenCases) WriteCases(writer, definition.cases);
  return FirstEight(Sha256(bytes));
}

SlotLayout SlotLayoutOf(const FeatureDefinition& definition) {
  SlotLayout slot;
  slot.key = SlotKeyOf(definition);
  slot.kind = definition.kind;
  slot.is_symbol = definition.is_symbol;
  slot.scale = definition.scale;
  slot.bucket_ms = BucketMsOf(definition);
  slot.buckets_kept = BucketsKeptOf(definition, slot.bucket_ms);
  slot.name = definition.name;
  return slot;
}

}  // namespace evenkeel
