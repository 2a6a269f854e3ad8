#include "evenkeel/bundle/decimal.h"

#include <limits>

#include "text.h"

#include "evenkeel/base/check.h"
#include "evenkeel/bundle/diagnostics.h"

namespace evenkeel {
namespace {

using internal::IsDigit;

constexpr int kScaleMax = 18;
constexpr int kExponentMax = 40;

Status NotDecimal(std::string_view text) {
  return InvalidArgument(Quoted(text) + " is not a decimal number");
}
Status TooLarge(std::string_view text) {
  return InvalidArgument(Quoted(text) + " does not fit 64 bits");
}

/// Appends a digit to a number that is kept negative, so that the least integer fits too.
bool AppendDigit(std::int64_t& negative, int digit) {
  return !__builtin_mul_overflow(negative, std::int64_t{10}, &negative) &&
         !__builtin_sub_overflow(negative, static_cast<std::int64_t>(digit), &negative);
}

/// The parts of a decimal number: "-12.50e3" is "12", "50", 3, negative.
struct Parts {
  std::string_view whole;
  std::string_view fraction;
  int exponent = 0;
  bool is_negative = false;
};

std::string_view TakeDigits(std::string_view& text) {
  std::size_t n = 0;
  while (n < text.size() && IsDigit(text[n])) ++n;
  const std::string_view digits = text.substr(0, n);
  text.remove_prefix(n);
  return digits;
}

bool TakeSign(std::string_view& text) {
  const bool is_negative = text.starts_with('-');
  if (is_negative || text.starts_with('+')) text.remove_prefix(1);
  return is_negative;
}

bool TakeExponent(std::string_view& text, int& exponent) {
  if (text.empty()) return true;
  if (text[0] != 'e' && text[0] != 'E') return false;
  text.remove_prefix(1);
  const bool is_negative = TakeSign(text);
  const std::string_view digits = TakeDigits(text);
  if (digits.empty() || digits.size() > 3) return false;
  for (const char c : digits) exponent = exponent * 10 + (c - '0');
  if (exponent > kExponentMax) return false;
  if (is_negative) exponent = -exponent;
  return true;
}

bool Split(std::string_view text, Parts& parts) {
  parts.is_negative = TakeSign(text);
  parts.whole = TakeDigits(text);
  if (parts.whole.empty()) return false;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    parts.fraction = TakeDigits(text);
    if (parts.fraction.empty()) return false;
  }
  return TakeExponent(text, parts.exponent) && text.empty();
}

}  // namespace

Result<Decimal> ParseDecimal(std::string_view text) {
  Parts parts;
  if (!Split(text, parts)) return NotDecimal(text);
  // Zeros at the end of a long fraction carry nothing.
  while (parts.fraction.size() > kScaleMax && parts.fraction.ends_with('0')) {
    parts.fraction.remove_suffix(1);
  }
  Decimal decimal;
  for (const char c : parts.whole) {
    if (!AppendDigit(decimal.units, c - '0')) return TooLarge(text);
  }
  for (const char c : parts.fraction) {
    if (!AppendDigit(decimal.units, c - '0')) return TooLarge(text);
  }
  int scale = static_cast<int>(parts.fraction.size()) - parts.exponent;
  for (; scale < 0; ++scale) {
    if (!AppendDigit(decimal.units, 0)) return TooLarge(text);
  }
  if (decimal.units == 0 && scale > kScaleMax) scale = 0;
  if (scale > kScaleMax) return InvalidArgument(Quoted(text) + " has more than 18 decimal places");
  decimal.scale = static_cast<std::uint8_t>(scale);
  if (parts.is_negative) return decimal;
  if (decimal.units == std::numeric_limits<std::int64_t>::min()) return TooLarge(text);
  decimal.units = -decimal.units;
  return decimal;
}

Result<std::int64_t> ParseScaled(std::string_view text, int scale) {
  EVENKEEL_CHECK(scale >= 0 && scale <= kScaleMax);
  EVENKEEL_ASSIGN_OR_RETURN(Decimal decimal, ParseDecimal(text));
  for (; decimal.scale > scale; --decimal.scale) {
    if (decimal.units % 10 != 0) {
      return InvalidArgument(Quoted(text) + " has more than " + std::to_string(scale) +
                             " decimal places");
    }
    decimal.units /= 10;
  }
  for (int at = decimal.scale; at < scale; ++at) {
    if (__builtin_mul_overflow(decimal.units, std::int64_t{10}, &decimal.units)) {
      return TooLarge(text);
    }
  }
  return decimal.units;
}

std::string FormatScaled(std::int64_t units, int scale) {
  std::string digits = std::to_string(units);
  const std::string sign = units < 0 ? "-" : "";
  if (units < 0) digits.erase(0, 1);
  if (scale <= 0) return sign + digits;
  const auto places = static_cast<std::size_t>(scale);
  if (digits.size() <= places) digits.insert(0, places + 1 - digits.size(), '0');
  return sign + digits.insert(digits.size() - places, ".");
}

}  // namespace evenkeel
