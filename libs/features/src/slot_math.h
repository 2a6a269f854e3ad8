#pragma once

#include <cstdint>

#include "evenkeel/features/feature_set.h"

namespace evenkeel::internal {

/// True if `number` can be added at `time`.
bool Fits(const SlotLayout& layout, const Slot& slot, TimeMs time, std::int64_t number);

/// Adds to the total, or to the bucket of `time` if that is still kept. REQUIRES: Fits().
void AddTo(const SlotLayout& layout, Slot& slot, TimeMs time, std::int64_t number);

/// Takes the signal's value if it is the newest so far. Of two with the same event time that with
/// the larger content hash is: the order in which they came must not matter.
void KeepNewest(Slot& slot, const Signal& signal, const FeatureUpdate::Change& change);

void KeepNewestTime(Slot& slot, TimeMs time);

FeatureValue ReadSlot(const FeatureDefinition& definition, const SlotLayout& layout,
                      const Slot& slot, TimeMs now);

}  // namespace evenkeel::internal
