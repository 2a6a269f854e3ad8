#include "slot_math.h"

#include <algorithm>

#include "case_math.h"

#include "evenkeel/features/fixed_math.h"

namespace evenkeel::internal {
namespace {

std::int64_t FloorDivide(std::int64_t a, std::int64_t b) {
  return a / b - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0);
}

std::vector<Bucket>::const_iterator Place(const std::vector<Bucket>& buckets, std::int64_t index) {
  // Nearly always the newest one.
  if (!buckets.empty() && buckets.back().index == index) return buckets.end() - 1;
  return std::lower_bound(buckets.begin(), buckets.end(), index,
                          [](const Bucket& bucket, std::int64_t i) { return bucket.index < i; });
}

std::int64_t SumOfWindow(const FeatureDefinition& definition, const SlotLayout& layout,
                         const Slot& slot, TimeMs now) {
  const std::int64_t from =
      FloorDivide(now.value, layout.bucket_ms) - definition.window_ms / layout.bucket_ms;
  Int128 sum = 0;
  for (const Bucket& bucket : slot.buckets) {
    if (bucket.index > from) sum += bucket.value;
  }
  return Saturate(sum);
}

std::int64_t DecayedSum(const FeatureDefinition& definition, const SlotLayout& layout,
                        const Slot& slot, TimeMs now) {
  Int128 sum = 0;  // Units of 2^-32.
  for (const Bucket& bucket : slot.buckets) {
    const std::int64_t middle = bucket.index * layout.bucket_ms + layout.bucket_ms / 2;
    const std::int64_t age = std::max<std::int64_t>(0, now.value - middle);
    const Int128 exponent = (static_cast<Int128>(age) << 32) / definition.half_life_ms;
    const std::int64_t weight = Exp2NegativeQ62(static_cast<std::uint64_t>(Saturate(exponent)));
    sum += static_cast<Int128>(bucket.value) * (weight >> 30);
  }
  return Saturate(DivideRounded(sum, Int128{1} << 32));
}

}  // namespace

bool Fits(const SlotLayout& layout, const Slot& slot, TimeMs time, std::int64_t number) {
  if (layout.kind == FeatureKind::kLast || layout.kind == FeatureKind::kTimeSince) return true;
  std::int64_t current = slot.number;
  if (layout.bucket_ms > 0) {
    const std::int64_t index = FloorDivide(time.value, layout.bucket_ms);
    const auto place = Place(slot.buckets, index);
    current = place != slot.buckets.end() && place->index == index ? place->value : 0;
  }
  std::int64_t sum = 0;
  return !__builtin_add_overflow(current, number, &sum);
}

void AddTo(const SlotLayout& layout, Slot& slot, TimeMs time, std::int64_t number) {
  if (layout.bucket_ms == 0) {
    slot.number += number;
    return;
  }
  const std::int64_t index = FloorDivide(time.value, layout.bucket_ms);
  std::vector<Bucket>& buckets = slot.buckets;
  if (!buckets.empty() && index <= buckets.back().index - layout.buckets_kept) return;
  const auto place = buckets.begin() + (Place(buckets, index) - buckets.cbegin());
  if (place != buckets.end() && place->index == index) {
    place->value += number;
    return;
  }
  buckets.insert(place, {index, number});
  const std::int64_t oldest = buckets.back().index - layout.buckets_kept;
  const auto keep = std::find_if(buckets.begin(), buckets.end(),
                                 [&](const Bucket& bucket) { return bucket.index > oldest; });
  buckets.erase(buckets.begin(), keep);
}

void KeepNewest(Slot& slot, const Signal& signal, const FeatureUpdate::Change& change) {
  if (slot.is_set && (signal.event_time < slot.newest ||
                      (signal.event_time == slot.newest && signal.content_hash <= slot.order))) {
    return;
  }
  slot.is_set = true;
  slot.newest = signal.event_time;
  slot.order = signal.content_hash;
  slot.number = change.number;
  slot.symbol = change.symbol;
}

void KeepNewestTime(Slot& slot, TimeMs time) {
  if (slot.is_set && time < slot.newest) return;
  slot.is_set = true;
  slot.newest = time;
}

FeatureValue ReadSlot(const FeatureDefinition& definition, const SlotLayout& layout,
                      const Slot& slot, TimeMs now) {
  switch (definition.kind) {
    case FeatureKind::kCount:
    case FeatureKind::kSum:
      return {false,
              layout.bucket_ms > 0 ? SumOfWindow(definition, layout, slot, now) : slot.number,
              {}};
    case FeatureKind::kDecayedSum:
      return {false, DecayedSum(definition, layout, slot, now), {}};
    case FeatureKind::kLast:
      return {!slot.is_set, slot.number, slot.symbol};
    case FeatureKind::kTimeSince:
      return {!slot.is_set,
              slot.is_set ? std::max<std::int64_t>(0, (now - slot.newest).count()) : 0,
              {}};
    case FeatureKind::kOpenCases:
      return ValueOfCases(definition, slot, now);
  }
  return {};
}

}  // namespace evenkeel::internal
