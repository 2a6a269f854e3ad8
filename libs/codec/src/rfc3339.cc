#include "evenkeel/codec/rfc3339.h"

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "evenkeel/base/check.h"

namespace evenkeel {
namespace {

/// Takes parts off the front of a text. After the first that does not fit, ok is false.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  bool ok = true;

  bool empty() const { return text_.empty(); }
  char Peek() const { return text_.empty() ? '\0' : text_.front(); }

  int Digits(std::size_t count) {
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) value = value * 10 + Digit();
    return value;
  }

  void Expect(char lower, char other) {
    ok = ok && (Peek() == lower || Peek() == other) && !text_.empty();
    if (!text_.empty()) text_.remove_prefix(1);
  }
  void Expect(char wanted) { Expect(wanted, wanted); }

  int Digit() {
    const char digit = Peek();
    ok = ok && digit >= '0' && digit <= '9';
    if (!text_.empty()) text_.remove_prefix(1);
    return ok ? digit - '0' : 0;
  }

  bool AtDigit() const { return Peek() >= '0' && Peek() <= '9'; }

 private:
  std::string_view text_;
};

int ScanMilliseconds(Scanner& in) {
  if (in.Peek() != '.') return 0;
  in.Expect('.');
  int millis = 0;
  int digits = 0;
  in.ok = in.ok && in.AtDigit();
  for (; in.ok && in.AtDigit() && digits < 12; ++digits) {
    const int digit = in.Digit();
    if (digits < 3) millis = millis * 10 + digit;
  }
  for (; digits < 3; ++digits) millis *= 10;
  return millis;
}

int ScanOffsetMinutes(Scanner& in) {
  if (in.Peek() == 'Z' || in.Peek() == 'z') {
    in.Expect('Z', 'z');
    return 0;
  }
  const int sign = in.Peek() == '-' ? -1 : 1;
  in.Expect('+', '-');
  const int hours = in.Digits(2);
  in.Expect(':');
  const int minutes = in.Digits(2);
  in.ok = in.ok && hours < 24 && minutes < 60;
  return sign * (hours * 60 + minutes);
}

char DigitOf(std::int64_t value) { return static_cast<char>('0' + value); }

void AppendDigits(std::string& out, std::int64_t value, std::int64_t place) {
  for (; place > 0; place /= 10) out.push_back(DigitOf(value / place % 10));
}

}  // namespace

std::optional<TimeMs> ParseRfc3339(std::string_view text) {
  using namespace std::chrono;  // NOLINT(google-build-using-namespace): a dozen of its names
  Scanner in(text);
  const int y = in.Digits(4);
  in.Expect('-');
  const int mon = in.Digits(2);
  in.Expect('-');
  const int d = in.Digits(2);
  in.Expect('T', 't');
  const int h = in.Digits(2);
  in.Expect(':');
  const int min = in.Digits(2);
  in.Expect(':');
  int s = in.Digits(2);
  int ms = ScanMilliseconds(in);
  const int offset = ScanOffsetMinutes(in);
  const year_month_day date{year(y), month(static_cast<unsigned>(mon)),
                            day(static_cast<unsigned>(d))};
  if (!in.ok || !in.empty() || !date.ok() || h > 23 || min > 59 || s > 60) return std::nullopt;
  if (s == 60) {
    s = 59;
    ms = 999;
  }
  const milliseconds since = sys_days(date).time_since_epoch() + hours(h) + minutes(min - offset) +
                             seconds(s) + milliseconds(ms);
  return TimeMs{since.count()};
}

std::string FormatRfc3339(TimeMs time) {
  using namespace std::chrono;  // NOLINT(google-build-using-namespace): a dozen of its names
  const sys_time<milliseconds> point{milliseconds(time.value)};
  const auto day_begin = floor<days>(point);
  const year_month_day date(day_begin);
  const std::int64_t in_day = (point - day_begin).count();
  EVENKEEL_CHECK(int(date.year()) >= 0 && int(date.year()) <= 9999);
  std::string out;
  out.reserve(24);
  AppendDigits(out, int(date.year()), 1000);
  out.push_back('-');
  AppendDigits(out, static_cast<std::int64_t>(unsigned(date.month())), 10);
  out.push_back('-');
  AppendDigits(out, static_cast<std::int64_t>(unsigned(date.day())), 10);
  out.push_back('T');
  AppendDigits(out, in_day / 3'600'000, 10);
  out.push_back(':');
  AppendDigits(out, in_day / 60'000 % 60, 10);
  out.push_back(':');
  AppendDigits(out, in_day / 1000 % 60, 10);
  out.push_back('.');
  AppendDigits(out, in_day % 1000, 100);
  out.push_back('Z');
  return out;
}

}  // namespace evenkeel
