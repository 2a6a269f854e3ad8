#include "values.h"

#include <array>
#include <utility>

#include "text.h"
#include "time_format.h"

namespace evenkeel::internal {
namespace {

constexpr std::string_view kSpanRemedy =
    "a whole number and a unit (ms, s, min, h, d, w), such as 7d";
constexpr std::string_view kShareRemedy = "a number from 0 to 100 and '%', such as 10 %";
constexpr std::string_view kMoneyRemedy = "an amount and a currency, such as 12.50 EUR";
constexpr std::string_view kTimeRemedy = "an ISO 8601 time, such as 2026-03-01T10:00:00Z";
constexpr std::string_view kNameRemedy =
    "lower-case letters, digits and '_', first a letter, at most 64";

constexpr std::array<std::pair<std::string_view, std::int64_t>, 6> kUnits = {{
    {"ms", 1},
    {"s", 1000},
    {"min", 60'000},
    {"h", 3'600'000},
    {"d", 86'400'000},
    {"w", 604'800'000},
}};

/// Reads a scalar by a function that returns a Result.
template <typename T, typename Parse>
void ReadBy(const Cursor& cursor, std::string_view what, std::string_view remedy, Parse parse,
            T& target) {
  const std::string* text = ExpectScalar(cursor, what, remedy);
  if (text == nullptr) return;
  auto parsed = parse(*text);
  if (parsed.ok()) {
    target = T{std::move(parsed).value()};
  } else {
    cursor.Expected(what, remedy);
  }
}

}  // namespace

Result<std::chrono::milliseconds> ParseSpan(std::string_view text) {
  std::size_t n = 0;
  while (n < text.size() && IsDigit(text[n])) ++n;
  const std::string_view unit = Trim(text.substr(n));
  for (const auto& [name, millis] : kUnits) {
    if (unit != name) continue;
    EVENKEEL_ASSIGN_OR_RETURN(const std::int64_t count, ParseScaled(text.substr(0, n), 0));
    std::int64_t total = 0;
    // A century bounds every length of time that means something here.
    if (__builtin_mul_overflow(count, millis, &total) || total > 36'525 * kUnits[4].second) {
      return InvalidArgument(Quoted(text) + " is longer than a century");
    }
    return std::chrono::milliseconds(total);
  }
  return InvalidArgument(Quoted(text) + " is not a duration");
}

std::string FormatSpan(std::chrono::milliseconds value) {
  for (auto unit = kUnits.rbegin(); unit != kUnits.rend(); ++unit) {
    if (unit->first != "w" && value.count() % unit->second == 0 && value.count() >= unit->second) {
      return std::to_string(value.count() / unit->second) + std::string(unit->first);
    }
  }
  return std::to_string(value.count()) + "ms";
}

Result<std::int64_t> ParseShare(std::string_view text) {
  if (!text.ends_with('%')) return InvalidArgument(Quoted(text) + " is not a percentage");
  text.remove_suffix(1);
  EVENKEEL_ASSIGN_OR_RETURN(const std::int64_t ppm, ParseScaled(Trim(text), 4));
  if (ppm < 0 || ppm > 1'000'000) return InvalidArgument(Quoted(text) + " is not in 0 to 100 %");
  return ppm;
}

Result<Currency> ParseCurrency(std::string_view text) {
  Currency currency;
  if (text.size() != 3) return InvalidArgument(Quoted(text) + " is not a currency");
  for (std::size_t i = 0; i < 3; ++i) {
    if (text[i] < 'A' || text[i] > 'Z') return InvalidArgument(Quoted(text) + " is not a currency");
    currency.code[i] = text[i];
  }
  return currency;
}

Result<Money> ParseMoney(std::string_view text) {
  const std::size_t blank = text.find(' ');
  if (blank == std::string_view::npos) return InvalidArgument(Quoted(text) + " is not money");
  EVENKEEL_ASSIGN_OR_RETURN(const Decimal amount, ParseDecimal(text.substr(0, blank)));
  if (amount.scale > 6) return InvalidArgument(Quoted(text) + " has more than 6 decimal places");
  Money money;
  money.scale = static_cast<std::uint8_t>(amount.scale < 2 ? 2 : amount.scale);
  EVENKEEL_ASSIGN_OR_RETURN(money.units, ParseScaled(text.substr(0, blank), money.scale));
  EVENKEEL_ASSIGN_OR_RETURN(money.currency, ParseCurrency(Trim(text.substr(blank))));
  return money;
}

Result<TimeMs> ParseIsoTime(std::string_view text) {
  EVENKEEL_ASSIGN_OR_RETURN(const TimeFormat format, TimeFormat::Compile("iso8601"));
  EVENKEEL_ASSIGN_OR_RETURN(const CivilTime civil, format.Parse(text));
  if (!civil.offset_seconds && text.size() > 10) {
    return InvalidArgument(Quoted(text) + " has no offset from UTC");
  }
  return TimeMs{(civil.seconds - civil.offset_seconds.value_or(0)) * 1000 + civil.millis};
}

void Value<std::string>::Read(const Cursor& cursor, std::string& target) {
  const std::string* text = ExpectScalar(cursor, "text", "a word or a quoted text");
  if (text == nullptr) return;
  if (text->empty()) return cursor.Error("the text is empty; write a word or a quoted text");
  if (text->size() > 4096) return cursor.Error("the text is longer than 4096 bytes; shorten it");
  target = *text;
}

void Value<Name>::Read(const Cursor& cursor, Name& target) {
  const std::string* text = ExpectScalar(cursor, "a name", kNameRemedy);
  if (text == nullptr) return;
  if (!IsName(*text)) return cursor.Expected("a name", kNameRemedy);
  target.value = *text;
}

void Value<bool>::Read(const Cursor& cursor, bool& target) {
  const std::string* text = ExpectScalar(cursor, "true or false", "true or false");
  if (text == nullptr) return;
  if (*text != "true" && *text != "false") return cursor.Expected("true or false", "true or false");
  target = *text == "true";
}

void Value<std::int64_t>::Read(const Cursor& cursor, std::int64_t& target) {
  ReadBy(
      cursor, "a whole number", "digits, such as 3",
      [](std::string_view text) { return ParseScaled(text, 0); }, target);
}

void Value<Decimal>::Read(const Cursor& cursor, Decimal& target) {
  ReadBy(
      cursor, "a number", "digits and at most one '.', such as 0.25",
      [](std::string_view text) { return ParseDecimal(text); }, target);
}

void Value<Span>::Read(const Cursor& cursor, Span& target) {
  ReadBy(cursor, "a duration", kSpanRemedy, ParseSpan, target);
}

void Value<Share>::Read(const Cursor& cursor, Share& target) {
  ReadBy(cursor, "a percentage", kShareRemedy, ParseShare, target);
}

std::string Value<ClockTime>::Show(const ClockTime& v) {
  const std::string hours = std::to_string(100 + v.minutes / 60).substr(1);
  return "`" + hours + ":" + std::to_string(100 + v.minutes % 60).substr(1) + "`";
}

void Value<ClockTime>::Read(const Cursor& cursor, ClockTime& target) {
  constexpr std::string_view kRemedy = "hours and minutes in quotes, such as \"20:00\"";
  const std::string* text = ExpectScalar(cursor, "a time of day", kRemedy);
  if (text == nullptr) return;
  const auto digit = [&](std::size_t i) { return (*text)[i] - '0'; };
  if (text->size() != 5 || (*text)[2] != ':' || !IsDigit((*text)[0]) || !IsDigit((*text)[1]) ||
      !IsDigit((*text)[3]) || !IsDigit((*text)[4]) || digit(0) * 10 + digit(1) > 23 ||
      digit(3) > 5) {
    return cursor.Expected("a time of day", kRemedy);
  }
  target.minutes = (digit(0) * 10 + digit(1)) * 60 + digit(3) * 10 + digit(4);
}

void Value<Currency>::Read(const Cursor& cursor, Currency& target) {
  ReadBy(cursor, "a currency", "an ISO 4217 code, such as EUR", ParseCurrency, target);
}

std::string Value<Money>::Show(const Money& v) {
  return "`" + FormatScaled(v.units, v.scale) +
         (v.currency.view().empty() ? "" : " " + std::string(v.currency.view())) + "`";
}

void Value<Money>::Read(const Cursor& cursor, Money& target) {
  ReadBy(cursor, "money", kMoneyRemedy, ParseMoney, target);
}

void Value<TimeMs>::Read(const Cursor& cursor, TimeMs& target) {
  ReadBy(cursor, "a time", kTimeRemedy, ParseIsoTime, target);
}

void ReadWord(const Cursor& cursor, const std::vector<std::string>& words, std::size_t& index) {
  std::string all;
  for (const std::string& word : words) all += (all.empty() ? "" : ", ") + word;
  const std::string* text = ExpectScalar(cursor, "a known word", "one of " + all);
  if (text == nullptr) return;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == *text) {
      index = i;
      return;
    }
  }
  cursor.Error(Quoted(*text) + " is not known here" + SuggestFrom(*text, words));
}

}  // namespace evenkeel::internal
