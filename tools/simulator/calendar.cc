#include "calendar.h"

#include <charconv>
#include <cstdio>

namespace simulator {

std::int64_t DayNumber(Date date) {  // Howard Hinnant's algorithm.
  const std::int64_t y = date.year - (date.month <= 2 ? 1 : 0);
  const std::int64_t era = (y >= 0 ? y : y - 399) / 400;
  const std::int64_t yoe = y - era * 400;
  const std::int64_t doy = (153 * (date.month + (date.month > 2 ? -3 : 9)) + 2) / 5 + date.day - 1;
  return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

Date DateOf(std::int64_t day_number) {
  const std::int64_t z = day_number + 719468;
  const std::int64_t era = (z >= 0 ? z : z - 146096) / 146097;
  const std::int64_t doe = z - era * 146097;
  const std::int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  const std::int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  const std::int64_t mp = (5 * doy + 2) / 153;
  const auto month = static_cast<int>(mp < 10 ? mp + 3 : mp - 9);
  return {static_cast<int>(yoe + era * 400 + (month <= 2 ? 1 : 0)), month,
          static_cast<int>(doy - (153 * mp + 2) / 5 + 1)};
}

Date PlusMonths(Date date, int months) {
  const int index = date.year * 12 + date.month - 1 + months;
  return {index / 12, index % 12 + 1, date.day};
}

int Weekday(std::int64_t day_number) { return static_cast<int>(((day_number + 3) % 7 + 7) % 7); }

bool ParseDate(std::string_view text, Date* date) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  const auto number = [&](std::size_t from, std::size_t size, int* out) {
    const char* end = text.data() + from + size;
    return std::from_chars(text.data() + from, end, *out).ptr == end;
  };
  if (!number(0, 4, &date->year) || !number(5, 2, &date->month) || !number(8, 2, &date->day)) {
    return false;
  }
  if (date->month < 1 || date->month > 12) return false;
  return DateOf(DayNumber(*date)) == *date;
}

std::string FormatDate(std::int64_t day_number) {
  const Date date = DateOf(day_number);
  char text[40];
  std::snprintf(text, sizeof text, "%04d-%02d-%02d", date.year, date.month, date.day);
  return text;
}

namespace {

/// The `nth` Sunday of a month, or the last where nth is 0.
std::int64_t Sunday(int year, int month, int nth) {
  const Date first{year, month, 1};
  if (nth == 0) {
    const std::int64_t last = DayNumber(PlusMonths(first, 1)) - 1;
    return last - (Weekday(last) + 1) % 7;
  }
  const std::int64_t day = DayNumber(first);
  return day + (6 - Weekday(day)) + 7 * static_cast<std::int64_t>(nth - 1);
}

}  // namespace

int OffsetMinutes(const Zone& zone, std::int64_t at_ms) {
  const std::int64_t winter_ms = zone.winter_minutes * kMinuteMs;
  const int year = DateOf((at_ms + winter_ms) / kDayMs).year;
  std::int64_t from = 0;
  std::int64_t to = 0;
  switch (zone.rule) {
    case SummerTime::kNone:
      return zone.winter_minutes;
    case SummerTime::kEurope:  // All change together, at 01:00 UTC.
      from = Sunday(year, 3, 0) * kDayMs + kHourMs;
      to = Sunday(year, 10, 0) * kDayMs + kHourMs;
      break;
    case SummerTime::kUnitedStates:  // At 02:00 on the clock.
      from = Sunday(year, 3, 2) * kDayMs + 2 * kHourMs - winter_ms;
      to = Sunday(year, 11, 1) * kDayMs + kHourMs - winter_ms;
      break;
  }
  return zone.winter_minutes + (at_ms >= from && at_ms < to ? 60 : 0);
}

std::int64_t FromLocal(const Zone& zone, std::int64_t local_ms) {
  const std::int64_t guess = local_ms - zone.winter_minutes * kMinuteMs;
  return local_ms - OffsetMinutes(zone, guess) * kMinuteMs;
}

std::string FormatTime(std::int64_t at_ms, int offset_minutes) {
  const std::int64_t local = at_ms + offset_minutes * kMinuteMs;
  const std::int64_t day = local >= 0 ? local / kDayMs : (local - kDayMs + 1) / kDayMs;
  const Date date = DateOf(day);
  const auto ms = static_cast<int>(local - day * kDayMs);
  char text[64];
  int size =
      std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03d", date.year, date.month,
                    date.day, ms / 3'600'000, ms / 60'000 % 60, ms / 1000 % 60, ms % 1000);
  const int minutes = offset_minutes < 0 ? -offset_minutes : offset_minutes;
  std::snprintf(text + size, sizeof text - static_cast<std::size_t>(size), "%c%02d:%02d",
                offset_minutes < 0 ? '-' : '+', minutes / 60, minutes % 60);
  return text;
}

}  // namespace simulator
