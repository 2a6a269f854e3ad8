#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "evenkeel/base/time.h"

namespace evenkeel {

/// From `at` on, local time is UTC plus `offset_s`.
struct TimeZoneTransition {
  TimeMs at;
  std::int32_t offset_s = 0;

  friend bool operator==(const TimeZoneTransition&, const TimeZoneTransition&) = default;
};

/// A zone of the tz database as plain data, so that no decision depends on the machine it runs on.
struct TimeZoneTable {
  std::string name;     ///< "Europe/Berlin".
  std::string version;  ///< Of the tz database: "2024a".
  /// Ascending, not empty; the first holds for everything before it too. The last should lie past
  /// every time that is decided about.
  std::vector<TimeZoneTransition> transitions;

  /// Seconds from UTC to local time at `time`.
  std::int32_t OffsetAt(TimeMs time) const;

  /// The first change of the offset after `time`, or TimeMs::Max().
  TimeMs NextTransition(TimeMs time) const;

  /// Minutes that the clock on the wall shows since midnight: 0 to 1439.
  std::int32_t LocalMinute(TimeMs time) const;
};

/// A daily span of the clock on the wall, from `from_minute` up to (not including) `to_minute`;
/// past midnight where `from_minute` is the larger. Equal: empty.
struct DailySpan {
  std::int32_t from_minute = 0;  ///< 0 to 1439.
  std::int32_t to_minute = 0;

  bool Contains(std::int32_t minute) const;
  friend bool operator==(const DailySpan&, const DailySpan&) = default;
};

/// The first moment at or after `time` at which the clock in `zone` shows a time outside of `span`.
TimeMs EndOfSpan(const TimeZoneTable& zone, DailySpan span, TimeMs time);

/// The first moment at or after `time` at which the clock in `zone` shows a time inside of `span`;
/// TimeMs::Max() if none does.
TimeMs StartOfSpan(const TimeZoneTable& zone, DailySpan span, TimeMs time);

}  // namespace evenkeel
