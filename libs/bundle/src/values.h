#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "schema.h"

#include "evenkeel/base/time.h"
#include "evenkeel/bundle/decimal.h"
#include "evenkeel/model/money.h"

// The kinds of single values that bundles are made of.

namespace evenkeel::internal {

/// A length of time: "90 s", "7d".
struct Span {
  std::chrono::milliseconds value{0};
};
/// A part of a whole in millionths: "10 %" is 100,000.
struct Share {
  std::int64_t ppm = 0;
};
/// A time of day in minutes after midnight: "20:00".
struct ClockTime {
  int minutes = 0;
};
/// A name: lower-case letters, digits and '_'.
struct Name {
  std::string value;

  friend bool operator==(const Name&, const Name&) = default;
};

Result<std::chrono::milliseconds> ParseSpan(std::string_view text);
std::string FormatSpan(std::chrono::milliseconds value);
Result<std::int64_t> ParseShare(std::string_view text);
Result<Currency> ParseCurrency(std::string_view text);
/// "12.50 EUR"; the scale is that of the digits given, at least 2 and at most 6.
Result<Money> ParseMoney(std::string_view text);
/// An ISO 8601 time with 'Z' or an offset, or a date alone (its first moment in UTC).
Result<TimeMs> ParseIsoTime(std::string_view text);

template <>
struct Value<std::string> : PlainValue {
  static std::string TypeName() { return "text"; }
  static std::string Show(const std::string& v) { return v.empty() ? "none" : "`" + v + "`"; }
  static void Read(const Cursor& cursor, std::string& target);
};
template <>
struct Value<Name> : PlainValue {
  static std::string TypeName() { return "name"; }
  static std::string Show(const Name& v) { return v.value.empty() ? "none" : "`" + v.value + "`"; }
  static void Read(const Cursor& cursor, Name& target);
};
template <>
struct Value<bool> : PlainValue {
  static std::string TypeName() { return "true or false"; }
  static std::string Show(bool v) { return v ? "`true`" : "`false`"; }
  static void Read(const Cursor& cursor, bool& target);
};
template <>
struct Value<std::int64_t> : PlainValue {
  static std::string TypeName() { return "whole number"; }
  static std::string Show(std::int64_t v) { return "`" + std::to_string(v) + "`"; }
  static void Read(const Cursor& cursor, std::int64_t& target);
};
template <>
struct Value<Decimal> : PlainValue {
  static std::string TypeName() { return "number"; }
  static std::string Show(const Decimal& v) { return "`" + FormatScaled(v.units, v.scale) + "`"; }
  static void Read(const Cursor& cursor, Decimal& target);
};
template <>
struct Value<Span> : PlainValue {
  static std::string TypeName() { return "duration"; }
  static std::string Show(const Span& v) { return "`" + FormatSpan(v.value) + "`"; }
  static void Read(const Cursor& cursor, Span& target);
};
template <>
struct Value<Share> : PlainValue {
  static std::string TypeName() { return "percentage"; }
  static std::string Show(const Share& v) { return "`" + FormatScaled(v.ppm, 4) + " %`"; }
  static void Read(const Cursor& cursor, Share& target);
};
template <>
struct Value<ClockTime> : PlainValue {
  static std::string TypeName() { return "time of day"; }
  static std::string Show(const ClockTime& v);
  static void Read(const Cursor& cursor, ClockTime& target);
};
template <>
struct Value<Currency> : PlainValue {
  static std::string TypeName() { return "currency"; }
  static std::string Show(const Currency& v) {
    return v.view().empty() ? "none" : std::string(v.view());
  }
  static void Read(const Cursor& cursor, Currency& target);
};
template <>
struct Value<Money> : PlainValue {
  static std::string TypeName() { return "money"; }
  static std::string Show(const Money& v);
  static void Read(const Cursor& cursor, Money& target);
};
template <>
struct Value<TimeMs> : PlainValue {
  static std::string TypeName() { return "time"; }
  static std::string Show(const TimeMs&) { return "see there"; }
  static void Read(const Cursor& cursor, TimeMs& target);
};

/// The words that stand for the values of an enumeration, in the order of the page.
template <typename E>
struct Words;  // static constexpr std::pair<std::string_view, E> kAll[];

void ReadWord(const Cursor& cursor, const std::vector<std::string>& words, std::size_t& index);

template <typename E>
  requires std::is_enum_v<E>
struct Value<E> : PlainValue {
  static std::vector<std::string> List() {
    std::vector<std::string> words;
    for (const auto& [word, value] : Words<E>::kAll) words.emplace_back(word);
    return words;
  }
  static std::string TypeName() {
    std::string text;
    for (const std::string& word : List()) text += (text.empty() ? "`" : ", `") + word + "`";
    return "one of " + text;
  }
  static std::string Show(E v) {
    for (const auto& [word, value] : Words<E>::kAll) {
      if (value == v) return "`" + std::string(word) + "`";
    }
    return "none";
  }
  static void Read(const Cursor& cursor, E& target) {
    const std::vector<std::string> words = List();
    std::size_t index = words.size();
    ReadWord(cursor, words, index);
    if (index < words.size()) target = Words<E>::kAll[index].second;
  }
};

}  // namespace evenkeel::internal
