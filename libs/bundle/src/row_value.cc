#include "row_value.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "text.h"

namespace evenkeel::internal {
namespace {

bool IsOneOf(std::string_view text, const std::vector<std::string>& words) {
  return std::ranges::any_of(words, [&](const std::string& word) { return word == text; });
}

bool HoldsFor(const RowTest& test, const RawValue& value) {
  if (test.present && *test.present == value.empty()) return false;
  if (!test.any_of.empty() && !IsOneOf(value.text, test.any_of)) return false;
  if (!test.none_of.empty() && IsOneOf(value.text, test.none_of)) return false;
  return test.prefix.empty() || value.text.starts_with(test.prefix);
}

void CheckMoney(const ValueDoc& doc, Diagnostics& diagnostics) {
  if (doc.scale < 0 || doc.scale > 6) {
    diagnostics.Add(
        doc.place, doc.path + ".scale",
        "'" + std::to_string(doc.scale) + "' is not in 0 to 6; write the decimal places");
  }
  if (doc.currency.has_value() == doc.currency_field.has_value()) {
    diagnostics.Add(doc.place, doc.path,
                    "money needs a currency; write either 'currency' or 'currency_field'");
  }
}

}  // namespace

std::size_t FieldSlots::SlotOf(const std::string& field) {
  const auto found = std::ranges::find(fields_, field);
  if (found != fields_.end()) return static_cast<std::size_t>(found - fields_.begin());
  fields_.push_back(field);
  return fields_.size() - 1;
}

Result<std::shared_ptr<const TimeZoneTable>> ZoneCache::Get(const std::string& name) {
  for (const auto& zone : loaded_) {
    if (zone->name == name) return zone;
  }
  EVENKEEL_ASSIGN_OR_RETURN(TimeZoneTable table, database_.Load(name));
  return loaded_.emplace_back(std::make_shared<const TimeZoneTable>(std::move(table)));
}

RowValue RowValue::Compile(const ValueDoc& doc, CompileContext& context) {
  RowValue value;
  value.doc_ = doc;
  if (doc.field.has_value() == doc.constant.has_value()) {
    context.diagnostics.Add(doc.place, doc.path,
                            "a value comes from one place; write either 'field' or 'constant'");
  }
  if (doc.field) {
    value.slot_ = context.slots.SlotOf(**doc.field);
    value.name_ = **doc.field;
  }
  if (doc.as == ValueKind::kMoney) CheckMoney(doc, context.diagnostics);
  if (doc.currency_field) value.currency_slot_ = context.slots.SlotOf(*doc.currency_field);
  if (doc.as != ValueKind::kTime) return value;
  Result<TimeFormat> format = TimeFormat::Compile(doc.format);
  if (format.ok()) {
    value.format_ = *format;
  } else {
    context.diagnostics.Add(doc.place, doc.path + ".format", format.status().message());
  }
  if (doc.zone) {
    auto zone = context.zones.Get(**doc.zone);
    if (zone.ok()) {
      value.zone_ = *zone;
    } else {
      context.diagnostics.Add(doc.zone->place, doc.zone->path, zone.status().message());
    }
  }
  return value;
}

std::string_view RowValue::TextOf(std::span<const RawValue> row) const {
  if (slot_) return row[*slot_].text;
  return doc_.constant ? std::string_view(doc_.constant->value) : std::string_view();
}

std::string_view RowValue::Clean(std::string_view text, std::string& scratch) const {
  if (!doc_.strip_prefix.empty() && text.starts_with(doc_.strip_prefix)) {
    text.remove_prefix(doc_.strip_prefix.size());
  }
  if (!doc_.strip_suffix.empty() && text.ends_with(doc_.strip_suffix)) {
    text.remove_suffix(doc_.strip_suffix.size());
  }
  for (const auto& [from, to] : doc_.words.words) {
    if (text == from) {
      text = to;
      break;
    }
  }
  if (doc_.prefix.empty()) return text;
  scratch = doc_.prefix;
  scratch += text;
  return scratch;
}

Result<std::optional<FieldValue>> RowValue::Read(std::span<const RawValue> row,
                                                 RowOrigin& origin) const {
  origin = this->origin();
  const std::string_view raw = TextOf(row);
  if (raw.empty()) {
    if (doc_.optional) return std::optional<FieldValue>();
    return InvalidArgument("the field " + Quoted(name_) + " is missing or empty");
  }
  std::string scratch;
  Result<FieldValue> value = Parse(Clean(raw, scratch), row, origin);
  if (value.ok()) return std::optional<FieldValue>(std::move(value).value());
  return InvalidArgument(std::string(origin.field) + ": " + value.status().message());
}

Result<std::string> RowValue::ReadText(std::span<const RawValue> row, RowOrigin& origin) const {
  origin = this->origin();
  if (TextOf(row).empty()) return std::string();
  Result<std::optional<FieldValue>> value = Read(row, origin);
  if (!value.ok()) return value.status();
  if (!value->has_value()) return std::string();
  if (std::string* text = std::get_if<std::string>(&**value)) return std::move(*text);
  if (const std::int64_t* number = std::get_if<std::int64_t>(&**value))
    return std::to_string(*number);
  return InvalidArgument(name_ + ": only text and integers can stand here");
}

Result<FieldValue> RowValue::Parse(std::string_view text, std::span<const RawValue> row,
                                   RowOrigin& origin) const {
  switch (doc_.as) {
    case ValueKind::kText:
      return FieldValue(std::string(text));
    case ValueKind::kInteger:
      return ParseInteger(text);
    case ValueKind::kNumber:
      return ParseNumber(text);
    case ValueKind::kFlag:
      if (text == "true" || text == "false") return FieldValue(text == "true");
      return InvalidArgument(Quoted(text) + " is not true or false");
    case ValueKind::kMoney:
      return ParseMoney(text, row, origin);
    case ValueKind::kTime:
      return ParseTime(text);
  }
  return Internal("no such kind of value");
}

Result<FieldValue> RowValue::ParseInteger(std::string_view text) const {
  Result<Decimal> value = ParseDecimal(text);
  if (!value.ok()) return InvalidArgument(Quoted(text) + " is not a whole number");
  std::int64_t product = 0;
  if (__builtin_mul_overflow(value->units, doc_.multiply, &product)) {
    return InvalidArgument(Quoted(text) + " times " + std::to_string(doc_.multiply) +
                           " does not fit 64 bits");
  }
  // Exactly: 12.3 minutes are 738 seconds; a third of a second left over is an error.
  const std::optional<std::int64_t> whole = Rescale({product, value->scale}, 0);
  if (whole) return FieldValue(*whole);
  const std::string times = doc_.multiply == 1 ? "" : " times " + std::to_string(doc_.multiply);
  return InvalidArgument(Quoted(text) + times + " is not a whole number");
}

Result<FieldValue> RowValue::ParseNumber(std::string_view text) const {
  // Through the decimal reader first: it refuses what from_chars would let pass (nan, inf, 0x1p3).
  double number = 0;
  if (ParseDecimal(text).ok()) {
    if (text.starts_with('+')) text.remove_prefix(1);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    number *= static_cast<double>(doc_.multiply);
    if (error == std::errc() && end == text.data() + text.size() && std::isfinite(number)) {
      return FieldValue(number);
    }
  }
  return InvalidArgument(Quoted(text) + " is not a number");
}

Result<FieldValue> RowValue::ParseMoney(std::string_view text, std::span<const RawValue> row,
                                        RowOrigin& origin) const {
  Money money;
  money.scale = static_cast<std::uint8_t>(doc_.scale);
  EVENKEEL_ASSIGN_OR_RETURN(money.units, ParseScaled(text, doc_.is_minor ? 0 : money.scale));
  if (!currency_slot_) {
    money.currency = *doc_.currency;
    return FieldValue(money);
  }
  origin.field = *doc_.currency_field;
  EVENKEEL_ASSIGN_OR_RETURN(money.currency, ParseCurrency(row[*currency_slot_].text));
  return FieldValue(money);
}

Result<FieldValue> RowValue::ParseTime(std::string_view text) const {
  EVENKEEL_ASSIGN_OR_RETURN(const CivilTime civil, format_->Parse(text));
  if (!civil.offset_seconds && zone_ == nullptr) {
    return InvalidArgument(Quoted(text) + " says no offset from UTC, and its source no 'zone'");
  }
  const std::int64_t utc = civil.offset_seconds ? civil.seconds - *civil.offset_seconds
                                                : LocalToUtcSeconds(*zone_, civil.seconds);
  return FieldValue(TimeMs{utc * 1000 + civil.millis});
}

RowFilter RowFilter::Compile(const RowConditions& conditions, FieldSlots& slots) {
  RowFilter filter;
  for (const RowConditions::Item& item : conditions.items) {
    filter.tests_.push_back({slots.SlotOf(item.field), item.test});
  }
  return filter;
}

bool RowFilter::Holds(std::span<const RawValue> row) const {
  return std::ranges::all_of(tests_,
                             [&](const Test& test) { return HoldsFor(test.test, row[test.slot]); });
}

}  // namespace evenkeel::internal
