#include "posix_tz.h"

#include <algorithm>
#include <chrono>

#include "text.h"

#include "evenkeel/bundle/diagnostics.h"

namespace evenkeel::internal {
namespace {

/// Takes a rule apart from its front. After the first thing that does not fit, ok() is false.
class RuleReader {
 public:
  explicit RuleReader(std::string_view text) : rest_(text) {}

  bool ok() const { return ok_; }
  bool empty() const { return rest_.empty(); }
  bool Peek(char c) const { return rest_.starts_with(c); }
  bool Skip(char c) {
    if (!Peek(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void Expect(char c) {
    if (!Skip(c)) ok_ = false;
  }

  int Number() {
    int value = 0;
    std::size_t n = 0;
    for (; n < rest_.size() && n < 4 && IsDigit(rest_[n]); ++n)
      value = value * 10 + (rest_[n] - '0');
    if (n == 0) ok_ = false;
    rest_.remove_prefix(n);
    return value;
  }

  /// "CET" or "<+03>".
  void Abbreviation() {
    std::size_t n = 0;
    if (Skip('<')) {
      n = rest_.find('>');
      if (n == std::string_view::npos) {
        ok_ = false;
        return;
      }
      rest_.remove_prefix(n + 1);
      return;
    }
    while (n < rest_.size() && ((rest_[n] | 0x20) >= 'a' && (rest_[n] | 0x20) <= 'z')) ++n;
    if (n < 3) ok_ = false;
    rest_.remove_prefix(n);
  }

  /// [+-]hh[:mm[:ss]] in seconds.
  std::int32_t Time() {
    const bool is_negative = Skip('-');
    if (!is_negative) Skip('+');
    std::int32_t seconds = Number() * 3600;
    if (Skip(':')) seconds += Number() * 60;
    if (Skip(':')) seconds += Number();
    if (seconds > 168 * 3600) ok_ = false;
    return is_negative ? -seconds : seconds;
  }

  PosixRule::Date Date() {
    PosixRule::Date date;
    if (Skip('M')) {
      date.month = Number();
      Expect('.');
      date.week = Number();
      Expect('.');
      date.day = Number();
      if (date.month < 1 || date.month > 12 || date.week < 1 || date.week > 5 || date.day > 6) {
        ok_ = false;
      }
    } else {
      date.kind = Skip('J') ? PosixRule::Date::Kind::kJulian : PosixRule::Date::Kind::kDayOfYear;
      date.day = Number();
      if (date.day > 365) ok_ = false;
    }
    if (Skip('/')) date.seconds = Time();
    return date;
  }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

std::int64_t FirstSecondOf(const PosixRule::Date& date, int year) {
  using std::chrono::sys_days;
  const std::chrono::year y(year);
  std::int64_t days = 0;
  if (date.kind == PosixRule::Date::Kind::kMonthWeekDay) {
    const auto month = y / std::chrono::month(static_cast<unsigned>(date.month));
    const std::chrono::weekday weekday(static_cast<unsigned>(date.day));
    days = date.week == 5 ? sys_days(month / weekday[std::chrono::last]).time_since_epoch().count()
                          : sys_days(month / weekday[static_cast<unsigned>(date.week)])
                                .time_since_epoch()
                                .count();
  } else {
    days = sys_days(y / 1 / 1).time_since_epoch().count() + date.day;
    // Jn counts from 1 and never counts February 29.
    if (date.kind == PosixRule::Date::Kind::kJulian && (!y.is_leap() || date.day < 60)) --days;
  }
  return days * 86'400 + date.seconds;
}

}  // namespace

Result<PosixRule> PosixRule::Parse(std::string_view text) {
  RuleReader reader(text);
  PosixRule rule;
  reader.Abbreviation();
  rule.standard_offset = -reader.Time();  // POSIX counts west of UTC.
  if (!reader.empty()) {
    rule.has_summer = true;
    reader.Abbreviation();
    rule.summer_offset = reader.Peek(',') ? rule.standard_offset + 3600 : -reader.Time();
    reader.Expect(',');
    rule.summer_start = reader.Date();
    reader.Expect(',');
    rule.summer_end = reader.Date();
  }
  if (reader.ok() && reader.empty()) return rule;
  return DataLoss(Quoted(text) + " is not a POSIX time zone rule");
}

std::vector<OffsetChange> PosixRule::ChangesOf(int year) const {
  if (!has_summer) return {};
  std::vector<OffsetChange> changes = {
      {FirstSecondOf(summer_start, year) - standard_offset, summer_offset},
      {FirstSecondOf(summer_end, year) - summer_offset, standard_offset}};
  std::ranges::sort(changes, {}, &OffsetChange::at);
  return changes;
}

}  // namespace evenkeel::internal
