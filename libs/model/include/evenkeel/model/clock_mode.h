#pragma once

#include <cstdint>

namespace evenkeel {

/// Whose time counts.
enum class ClockMode : std::uint8_t {
  kWall = 1,   ///< The machine's time, once per slice, recorded. Inputs stamp LogAppendTime.
  kEvent = 2,  ///< Stream time, from the records' timestamps. For history and simulated worlds.
};

}  // namespace evenkeel
