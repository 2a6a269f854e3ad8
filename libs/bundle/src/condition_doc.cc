#include "condition_doc.h"

#include <functional>
#include <utility>

namespace evenkeel::internal {
namespace {

using Readers = std::vector<std::pair<std::string, std::function<void(const Cursor&)>>>;

/// Reads a map by its keys; complains about others.
void ReadKeys(const Cursor& cursor, const Readers& readers) {
  for (const YamlEntry& entry : cursor.node->entries) {
    std::vector<std::string> known;
    bool is_known = false;
    for (const auto& [key, read] : readers) {
      known.push_back(key);
      if (key != entry.key) continue;
      read(cursor.Child(entry.value, entry.key));
      is_known = true;
      break;
    }
    if (is_known) continue;
    cursor.diagnostics->Add({*cursor.file, entry.line, entry.column}, cursor.path,
                            "unknown key " + Quoted(entry.key) + SuggestFrom(entry.key, known));
  }
}

}  // namespace

void ReadTexts(const Cursor& cursor, std::vector<std::string>& target) {
  if (cursor.node->kind == YamlNode::Kind::kScalar) {
    target.push_back(cursor.node->text);
    return;
  }
  if (cursor.node->kind != YamlNode::Kind::kList || cursor.node->items.empty()) {
    return cursor.Expected("a text or a list of texts", "a value or [a, b]");
  }
  for (std::size_t i = 0; i < cursor.node->items.size(); ++i) {
    const Cursor item = cursor.Item(i);
    if (const std::string* text = ExpectScalar(item, "text", "a word or a quoted text")) {
      target.push_back(*text);
    }
  }
}

void Value<Quantity>::Read(const Cursor& cursor, Quantity& target) {
  constexpr std::string_view kWhat = "a number or a duration";
  constexpr std::string_view kRemedy = "digits, such as 0.25, or 30d";
  const std::string* text = ExpectScalar(cursor, kWhat, kRemedy);
  if (text == nullptr) return;
  if (const Result<Decimal> number = ParseDecimal(*text); number.ok()) {
    target.number = *number;
  } else if (const auto span = ParseSpan(*text); span.ok()) {
    target = {{span->count(), 0}, true};
  } else {
    cursor.Expected(kWhat, kRemedy);
  }
}

void Value<Literal>::Read(const Cursor& cursor, Literal& target) {
  const std::string* text = ExpectScalar(cursor, "a value", "a text, number or flag");
  if (text == nullptr) return;
  target = {*text, cursor.node->is_quoted, cursor.place(), cursor.path};
}

void Value<FieldTest>::Read(const Cursor& cursor, FieldTest& target) {
  switch (cursor.node->kind) {
    case YamlNode::Kind::kMap:
      ReadKeys(cursor,
               {{"prefix", [&](const Cursor& c) { Value<std::string>::Read(c, target.prefix); }}});
      break;
    case YamlNode::Kind::kList:
      Value<std::vector<Literal>>::Read(cursor, target.any_of);
      if (target.any_of.empty()) cursor.Error("the list is empty; write at least one value");
      break;
    default:
      Value<Literal>::Read(cursor, target.any_of.emplace_back());
  }
}

void Value<KnownTest>::Read(const Cursor& cursor, KnownTest& target) {
  if (cursor.node->kind != YamlNode::Kind::kMap) return ReadTexts(cursor, target.in);
  if (cursor.node->entries.empty()) return cursor.Error("the map is empty; write what must hold");
  ReadKeys(
      cursor,
      {{"not", [&](const Cursor& c) { ReadTexts(c, target.none_of); }},
       {"prefix", [&](const Cursor& c) { ReadTexts(c, target.prefixes); }},
       {"at_least", [&](const Cursor& c) { Value<Quantity>::Read(c, target.at_least.emplace()); }},
       {"below", [&](const Cursor& c) { Value<Quantity>::Read(c, target.below.emplace()); }},
       {"present", [&](const Cursor& c) { Value<bool>::Read(c, target.present.emplace()); }}});
}

}  // namespace evenkeel::internal
