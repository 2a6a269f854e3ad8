#pragma once

#include <cstdint>
#include <utility>

#include "evenkeel/base/time.h"

namespace evenkeel {

/// When something was said, and what tells two sayings of the same time apart.
struct Stamp {
  TimeMs since = TimeMs::Min();
  std::uint64_t order = 0;

  friend auto operator<=>(const Stamp&, const Stamp&) = default;
};

/// A value of which the newest saying counts, in whatever order the sayings come.
template <typename T>
struct Stamped {
  T value{};
  Stamp stamp;

  void Offer(T offered, Stamp said) {
    if (said < stamp) return;
    value = std::move(offered);
    stamp = said;
  }

  friend bool operator==(const Stamped&, const Stamped&) = default;
};

}  // namespace evenkeel
