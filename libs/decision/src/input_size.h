#pragma once

#include <cstdint>

#include "evenkeel/features/feature_set.h"
#include "evenkeel/model/signal.h"
#include "evenkeel/model/signal_payload.h"

namespace evenkeel::internal {

/// At most so many bytes does an input add to a customer's encoded state.
std::int64_t GrowthBound(const Signal& signal, const SignalPayload& payload,
                         const FeatureUpdate& update);

/// True for what may pass the limit of a state: what takes back (a refusal), closes (a receipt) or
/// answers (a verdict) must never find a full house.
bool HasHeadroom(SignalFamily family, const SignalPayload& payload);

}  // namespace evenkeel::internal
