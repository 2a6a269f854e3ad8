#pragma once

#include <cstdint>
#include <optional>

#include "parameters.h"
#include "random.h"

namespace simulator {

/// A failure of the network that a whole region feels.
struct Outage {
  std::int64_t from_ms = 0;  ///< After the start of its day (UTC).
  std::int64_t length_ms = 0;
};

/// The outage of a region that starts on a day of the world, if one does.
std::optional<Outage> OutageOn(const Parameters& parameters, const Dice& dice, int region, int day);

/// Whether a competitor promotes on that day of the world.
bool PromotionOn(const Parameters& parameters, const Dice& dice, int day);

}  // namespace simulator
