#pragma once

#include "evenkeel/base/time.h"

namespace evenkeel {

/// The machine's clock. For the outermost layer: what is below is told the time.
inline TimeMs WallTime() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::milliseconds>(now).count()};
}

/// Both clocks of the machine.
inline Now ReadClocks() { return {std::chrono::steady_clock::now(), WallTime()}; }

}  // namespace evenkeel
