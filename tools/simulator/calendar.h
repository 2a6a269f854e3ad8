#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace simulator {

inline constexpr std::int64_t kSecondMs = 1000;
inline constexpr std::int64_t kMinuteMs = 60 * kSecondMs;
inline constexpr std::int64_t kHourMs = 60 * kMinuteMs;
inline constexpr std::int64_t kDayMs = 24 * kHourMs;

/// A date of the Gregorian calendar.
struct Date {
  int year = 1970;
  int month = 1;  ///< 1 to 12.
  int day = 1;    ///< 1 to 31.

  friend bool operator==(const Date&, const Date&) = default;
};

/// Days since 1970-01-01, and back.
std::int64_t DayNumber(Date date);
Date DateOf(std::int64_t day_number);

/// The same day of the month, `months` later; the day must be at most 28.
Date PlusMonths(Date date, int months);

/// 0 is Monday.
int Weekday(std::int64_t day_number);

/// Reads YYYY-MM-DD; false where it is none.
bool ParseDate(std::string_view text, Date* date);
std::string FormatDate(std::int64_t day_number);

/// Summer time as the law of some places has had it since 2007.
enum class SummerTime { kNone, kEurope, kUnitedStates };

/// A time zone: minutes east of UTC in winter, and its rule for the summer.
struct Zone {
  std::string_view name;
  int winter_minutes = 0;
  SummerTime rule = SummerTime::kNone;
};

/// Minutes east of UTC at a moment (ms since 1970).
int OffsetMinutes(const Zone& zone, std::int64_t at_ms);

/// The moment at which the zone's clocks show `local_ms` (as if it were UTC).
std::int64_t FromLocal(const Zone& zone, std::int64_t local_ms);

/// RFC 3339 with milliseconds: 2026-01-05T08:15:23.417+01:00.
std::string FormatTime(std::int64_t at_ms, int offset_minutes);

}  // namespace simulator
