#pragma once

#include <chrono>

#include "evenkeel/base/time.h"

namespace evenkeel::testing {

inline Now MachineNow() {
  using std::chrono::duration_cast;
  using std::chrono::milliseconds;
  const auto wall = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::steady_clock::now(), {duration_cast<milliseconds>(wall).count()}};
}

}  // namespace evenkeel::testing
