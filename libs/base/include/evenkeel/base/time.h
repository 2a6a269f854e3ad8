#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <limits>

namespace evenkeel {

/// A point in UTC as milliseconds since 1970-01-01: event times, record timestamps, due times,
/// `as_of`. Written out, it is a field `..._time_ms`.
struct TimeMs {
  std::int64_t value = 0;

  friend auto operator<=>(const TimeMs&, const TimeMs&) = default;
  friend TimeMs operator+(TimeMs time, std::chrono::milliseconds delta) {
    return {time.value + delta.count()};
  }
  friend TimeMs operator-(TimeMs time, std::chrono::milliseconds delta) {
    return {time.value - delta.count()};
  }
  friend std::chrono::milliseconds operator-(TimeMs a, TimeMs b) {
    return std::chrono::milliseconds(a.value - b.value);
  }

  static constexpr TimeMs Min() { return {std::numeric_limits<std::int64_t>::min()}; }
  static constexpr TimeMs Max() { return {std::numeric_limits<std::int64_t>::max()}; }
};

/// Process time, for ages and deadlines only. It never enters a record.
using MonotonicTime = std::chrono::steady_clock::time_point;

/// What a step machine is told of the time; it never asks for itself.
struct Now {
  MonotonicTime monotonic;
  TimeMs wall;
};

/// Bounds of what a clock can have said of an event: from kYear2000 on, before kYear2100.
inline constexpr TimeMs kYear2000{946'684'800'000};
inline constexpr TimeMs kYear2100{4'102'444'800'000};

inline bool IsWithinBounds(TimeMs time) { return time >= kYear2000 && time < kYear2100; }

}  // namespace evenkeel
