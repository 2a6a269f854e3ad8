#include "model_doc.h"

#include "catalogue_doc.h"
#include "text.h"

namespace evenkeel::internal {
namespace {

/// A number counted in 10^-`scale`, or 10^-(`scale` - 2) of a percentage.
std::optional<std::int64_t> ParseRatio(std::string_view text, int scale) {
  if (text.ends_with('%')) {
    text = Trim(text.substr(0, text.size() - 1));
    scale -= 2;
  }
  const Result<std::int64_t> value = ParseScaled(text, scale);
  return value.ok() ? std::optional(*value) : std::nullopt;
}

}  // namespace

void Value<Weight>::Read(const Cursor& cursor, Weight& target) {
  constexpr std::string_view kRemedy = "digits and at most 6 decimal places, such as -0.25";
  const std::string* text = ExpectScalar(cursor, "a weight", kRemedy);
  if (text == nullptr) return;
  const Result<std::int64_t> micro = ParseScaled(*text, 6);
  constexpr std::int64_t kMax = 1'000'000'000;  // A thousand: e^1000 is past every chance.
  if (!micro.ok() || *micro > kMax || *micro < -kMax) return cursor.Expected("a weight", kRemedy);
  target.micro = *micro;
}

void Value<Chance>::Read(const Cursor& cursor, Chance& target) {
  constexpr std::string_view kRemedy = "0 to 1 or 0 % to 100 %, such as 5 %";
  const std::string* text = ExpectScalar(cursor, "a chance", kRemedy);
  if (text == nullptr) return;
  const std::optional<std::int64_t> ppb = ParseRatio(*text, 9);
  if (!ppb || *ppb < 0 || *ppb > 1'000'000'000) return cursor.Expected("a chance", kRemedy);
  target.ppb = *ppb;
}

void Value<Change>::Read(const Cursor& cursor, Change& target) {
  constexpr std::string_view kWhat = "a change in percentage points";
  constexpr std::string_view kRemedy = "a number from -100 to 100 and '%', such as -1.5 %";
  const std::string* text = ExpectScalar(cursor, kWhat, kRemedy);
  if (text == nullptr) return;
  const std::optional<std::int64_t> ppb =
      text->ends_with('%') ? ParseRatio(*text, 9) : std::nullopt;
  if (!ppb || *ppb < -1'000'000'000 || *ppb > 1'000'000'000) return cursor.Expected(kWhat, kRemedy);
  target.ppb = *ppb;
}

void Value<SymbolWeights>::Read(const Cursor& cursor, SymbolWeights& target) {
  if (!ExpectMap(cursor, "texts to weights")) return;
  for (const YamlEntry& entry : cursor.node->entries) {
    target.weights.emplace_back(entry.key, Weight{});
    Value<Weight>::Read(cursor.Child(entry.value, entry.key), target.weights.back().second);
  }
}

void Value<GoldenInputs>::Read(const Cursor& cursor, GoldenInputs& target) {
  if (!ExpectMap(cursor, "features to values")) return;
  for (const YamlEntry& entry : cursor.node->entries) {
    const Cursor child = cursor.Child(entry.value, entry.key);
    target.items.push_back({entry.key, {*cursor.file, entry.line, entry.column}, child.path, {}});
    Value<Literal>::Read(child, target.items.back().value);
  }
}

}  // namespace evenkeel::internal
