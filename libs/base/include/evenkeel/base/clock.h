#pragma once

#include "evenkeel/base/time.h"

namespace evenkeel {

/// Bounds of what a clock can have said of an event: from kYear2000 on, before kYear2100.
inline constexpr TimeMs kYear2000{946'684'800'000};
inline constexpr TimeMs kYear2100{4'102'444'800'000};

inline bool IsWithinBounds(TimeMs time) { return time >= kYear2000 && time < kYear2100; }

/// The machine's clock. For the outermost layer: what is below is told the time.
inline TimeMs WallTime() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::milliseconds>(now).count()};
}

/// Both clocks of the machine.
inline Now ReadClocks() { return {std::chrono::steady_clock::now(), WallTime()}; }

}  // namespace evenkeel
