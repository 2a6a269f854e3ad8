#include "evenkeel/policy/time_zone.h"

#include <algorithm>

#include "evenkeel/base/check.h"

namespace evenkeel {
namespace {

constexpr std::int64_t kMinuteMs = 60'000;
constexpr std::int64_t kDayMs = 24 * 60 * kMinuteMs;

// Milliseconds since midnight on the clock on the wall.
std::int64_t LocalMs(const TimeZoneTable& zone, TimeMs time) {
  const std::int64_t local = time.value + std::int64_t{zone.OffsetAt(time)} * 1000;
  return ((local % kDayMs) + kDayMs) % kDayMs;
}

// The first moment at or after `time` at which the clock is (or, being set, passes into) where
// `is_reached` holds. `minute` is where it comes to be so while the clock just runs.
template <typename Reached>
TimeMs Advance(const TimeZoneTable& zone, TimeMs time, std::int32_t minute, Reached is_reached) {
  // A day of running time always reaches it; each step ends there or at a change of the offset.
  for (int step = 0; step < 16; ++step) {
    if (is_reached(zone.LocalMinute(time))) return time;
    const std::int64_t until = (minute * kMinuteMs - LocalMs(zone, time) + kDayMs) % kDayMs;
    const TimeMs reached{time.value + (until == 0 ? kDayMs : until)};
    time = std::min(reached, zone.NextTransition(time));
  }
  return TimeMs::Max();
}

}  // namespace

std::int32_t TimeZoneTable::OffsetAt(TimeMs time) const {
  EVENKEEL_CHECK(!transitions.empty());
  const auto next = std::upper_bound(
      transitions.begin(), transitions.end(), time,
      [](TimeMs wanted, const TimeZoneTransition& transition) { return wanted < transition.at; });
  return next == transitions.begin() ? next->offset_s : (next - 1)->offset_s;
}

TimeMs TimeZoneTable::NextTransition(TimeMs time) const {
  const auto next = std::upper_bound(
      transitions.begin(), transitions.end(), time,
      [](TimeMs wanted, const TimeZoneTransition& transition) { return wanted < transition.at; });
  return next == transitions.end() ? TimeMs::Max() : next->at;
}

std::int32_t TimeZoneTable::LocalMinute(TimeMs time) const {
  return static_cast<std::int32_t>(LocalMs(*this, time) / kMinuteMs);
}

bool DailySpan::Contains(std::int32_t minute) const {
  if (from_minute <= to_minute) return minute >= from_minute && minute < to_minute;
  return minute >= from_minute || minute < to_minute;
}

TimeMs EndOfSpan(const TimeZoneTable& zone, DailySpan span, TimeMs time) {
  return Advance(zone, time, span.to_minute,
                 [span](std::int32_t minute) { return !span.Contains(minute); });
}

TimeMs StartOfSpan(const TimeZoneTable& zone, DailySpan span, TimeMs time) {
  if (span.from_minute == span.to_minute) return TimeMs::Max();
  return Advance(zone, time, span.from_minute,
                 [span](std::int32_t minute) { return span.Contains(minute); });
}

}  // namespace evenkeel
