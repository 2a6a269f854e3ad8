#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "evenkeel/base/result.h"

namespace evenkeel::internal {

/// From `at` (seconds since 1970 UTC) on, the offset from UTC in seconds.
struct OffsetChange {
  std::int64_t at = 0;
  std::int32_t offset = 0;
};

/// The rule at the end of a TZif file ("CET-1CEST,M3.5.0,M10.5.0/3"), which says how a zone goes on
/// after the file's last change.
struct PosixRule {
  struct Date {
    enum class Kind : std::uint8_t { kMonthWeekDay, kJulian, kDayOfYear };
    Kind kind = Kind::kMonthWeekDay;
    int month = 1;
    int week = 1;
    int day = 0;  // Of the week (0: Sunday), or of the year.
    std::int32_t seconds = 7200;
  };

  std::int32_t standard_offset = 0;
  std::int32_t summer_offset = 0;
  bool has_summer = false;
  Date summer_start;
  Date summer_end;

  static Result<PosixRule> Parse(std::string_view text);

  /// The two changes of `year`, in order; none without summer time.
  std::vector<OffsetChange> ChangesOf(int year) const;
};

}  // namespace evenkeel::internal
