#pragma once

#include <cstdint>
#include <string_view>

#include "evenkeel/base/time.h"
#include "evenkeel/policy/definition.h"

namespace evenkeel {

struct HoldoutDraw {
  bool is_held_out = false;
  std::int32_t epoch = -1;  ///< Index of the epoch; -1: none has begun, or there is no holdout.
};

/// Whether a customer is held out at `now`: a function of their id and the epoch's salt alone, so
/// the same before and after every decision.
HoldoutDraw DrawHoldout(const HoldoutPolicy& policy, std::string_view customer, TimeMs now);

}  // namespace evenkeel
