#include "time_format.h"

#include <chrono>

#include "text.h"

#include "evenkeel/bundle/decimal.h"
#include "evenkeel/bundle/diagnostics.h"

namespace evenkeel::internal {
namespace {

constexpr std::string_view kFields = "YmdHMSfz%";

/// What the fields of a pattern have been read as.
struct Reading {
  int year = 0;
  int month = 1;
  int day = 1;
  int hour = 0;
  int minute = 0;
  int second = 0;
  int millis = 0;
  std::optional<int> offset;
};

bool TakeNumber(std::string_view& text, std::size_t digits, int& value) {
  if (text.size() < digits) return false;
  value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (!IsDigit(text[i])) return false;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(digits);
  return true;
}

/// Digits of a second; those past the millisecond are cut.
bool TakeFraction(std::string_view& text, int& millis) {
  int place = 100;
  std::size_t n = 0;
  millis = 0;
  for (; n < text.size() && IsDigit(text[n]); ++n, place /= 10) millis += place * (text[n] - '0');
  text.remove_prefix(n);
  return n >= 1 && n <= 9;
}

bool TakeOffset(std::string_view& text, std::optional<int>& offset) {
  if (text.starts_with('Z') || text.starts_with('z')) {
    text.remove_prefix(1);
    offset = 0;
    return true;
  }
  if (text.empty() || (text[0] != '+' && text[0] != '-')) return false;
  const int sign = text[0] == '-' ? -1 : 1;
  text.remove_prefix(1);
  int hours = 0;
  int minutes = 0;
  if (!TakeNumber(text, 2, hours)) return false;
  if (text.starts_with(':')) text.remove_prefix(1);
  if (!text.empty() && IsDigit(text[0]) && !TakeNumber(text, 2, minutes)) return false;
  offset = sign * (hours * 3600 + minutes * 60);
  return hours <= 18 && minutes < 60;
}

bool TakeField(char field, std::string_view& text, Reading& reading) {
  switch (field) {
    case 'Y':
      return TakeNumber(text, 4, reading.year);
    case 'm':
      return TakeNumber(text, 2, reading.month);
    case 'd':
      return TakeNumber(text, 2, reading.day);
    case 'H':
      return TakeNumber(text, 2, reading.hour);
    case 'M':
      return TakeNumber(text, 2, reading.minute);
    case 'S':
      return TakeNumber(text, 2, reading.second);
    case 'f':
      return TakeFraction(text, reading.millis);
    case 'z':
      return TakeOffset(text, reading.offset);
    default:
      return false;
  }
}

bool ReadPattern(std::string_view pattern, std::string_view text, Reading& reading) {
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '%' && pattern[i + 1] != '%') {
      if (!TakeField(pattern[++i], text, reading)) return false;
      continue;
    }
    if (pattern[i] == '%') ++i;
    if (!text.starts_with(pattern[i])) return false;
    text.remove_prefix(1);
  }
  return text.empty();
}

/// 2026-03-01, 2026-03-01T10:00Z, 2026-03-01 10:00:00.123+02:00.
bool ReadIso(std::string_view text, Reading& reading) {
  if (text.size() == 10) return ReadPattern("%Y-%m-%d", text, reading);
  if (text.size() < 16) return false;
  if (!ReadPattern("%Y-%m-%d", text.substr(0, 10), reading)) return false;
  if (text[10] != 'T' && text[10] != 't' && text[10] != ' ') return false;
  if (!ReadPattern("%H:%M", text.substr(11, 5), reading)) return false;
  text.remove_prefix(16);
  if (text.starts_with(':')) {
    text.remove_prefix(1);
    if (!TakeNumber(text, 2, reading.second)) return false;
    if (text.starts_with('.') || text.starts_with(',')) {
      text.remove_prefix(1);
      if (!TakeFraction(text, reading.millis)) return false;
    }
  }
  return text.empty() || (TakeOffset(text, reading.offset) && text.empty());
}

bool ToCivil(const Reading& reading, CivilTime& civil) {
  const std::chrono::year_month_day date{std::chrono::year(reading.year),
                                         std::chrono::month(static_cast<unsigned>(reading.month)),
                                         std::chrono::day(static_cast<unsigned>(reading.day))};
  // A leap second (60) counts as the first second of the next minute.
  if (!date.ok() || reading.hour > 23 || reading.minute > 59 || reading.second > 60) return false;
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  civil.seconds = ((days * 24 + reading.hour) * 60 + reading.minute) * 60 + reading.second;
  civil.millis = reading.millis;
  civil.offset_seconds = reading.offset;
  return true;
}

Result<CivilTime> FromUnix(std::string_view text, int scale) {
  constexpr std::int64_t kMillisMax = 32'503'680'000'000;  // The year 3000.
  Result<std::int64_t> millis = ParseScaled(text, scale);
  if (!millis.ok()) return millis.status();
  if (*millis < -kMillisMax || *millis > kMillisMax) {
    return InvalidArgument(Quoted(text) + " is beyond the years 940 to 3000");
  }
  CivilTime civil;
  civil.seconds = *millis / 1000;
  civil.millis = static_cast<int>(*millis % 1000);
  if (civil.millis < 0) {
    civil.millis += 1000;
    --civil.seconds;
  }
  civil.offset_seconds = 0;
  return civil;
}

}  // namespace

Result<TimeFormat> TimeFormat::Compile(std::string_view pattern) {
  TimeFormat format;
  format.pattern_ = pattern;
  if (pattern == "iso8601") return format;
  if (pattern == "unix_s" || pattern == "unix_ms") {
    format.kind_ = pattern == "unix_s" ? Kind::kUnixSeconds : Kind::kUnixMillis;
    format.is_absolute_ = true;
    return format;
  }
  format.kind_ = Kind::kPattern;
  std::string seen;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != '%') continue;
    ++i;
    if (i == pattern.size() || kFields.find(pattern[i]) == std::string_view::npos) {
      return InvalidArgument(Quoted(pattern) +
                             " has an unknown field; known: %Y %m %d %H %M %S %f %z %%");
    }
    if (pattern[i] == '%') continue;
    if (seen.find(pattern[i]) != std::string::npos) {
      return InvalidArgument(Quoted(pattern) + " names %" + pattern[i] + " twice");
    }
    seen += pattern[i];
  }
  for (const char needed : std::string_view("Ymd")) {
    if (seen.find(needed) == std::string::npos) {
      return InvalidArgument(Quoted(pattern) +
                             " is not a time format; write iso8601, unix_s, unix_ms or a pattern "
                             "with %Y, %m and %d");
    }
  }
  format.is_absolute_ = seen.find('z') != std::string::npos;
  return format;
}

Result<CivilTime> TimeFormat::Parse(std::string_view text) const {
  if (kind_ == Kind::kUnixSeconds) return FromUnix(text, 3);
  if (kind_ == Kind::kUnixMillis) return FromUnix(text, 0);
  Reading reading;
  CivilTime civil;
  const bool is_read =
      kind_ == Kind::kIso ? ReadIso(text, reading) : ReadPattern(pattern_, text, reading);
  if (is_read && ToCivil(reading, civil)) return civil;
  return InvalidArgument(Quoted(text) + " is not a time in the format " + pattern_);
}

}  // namespace evenkeel::internal
