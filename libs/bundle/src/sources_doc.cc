#include "sources_doc.h"

#include "condition_doc.h"

namespace evenkeel::internal {
void Value<WordMap>::Read(const Cursor& cursor, WordMap& target) {
  if (!ExpectMap(cursor, "texts to texts")) return;
  for (const YamlEntry& entry : cursor.node->entries) {
    const Cursor child = cursor.Child(entry.value, entry.key);
    if (const std::string* text = ExpectScalar(child, "text", "a word or a quoted text")) {
      target.words.emplace_back(entry.key, *text);
    }
  }
}

void Value<RowTest>::Read(const Cursor& cursor, RowTest& target) {
  if (cursor.node->kind != YamlNode::Kind::kMap) return ReadTexts(cursor, target.any_of);
  const std::vector<std::string> known = {"prefix", "not", "present"};
  for (const YamlEntry& entry : cursor.node->entries) {
    const Cursor child = cursor.Child(entry.value, entry.key);
    if (entry.key == "prefix") {
      Value<std::string>::Read(child, target.prefix);
    } else if (entry.key == "not") {
      ReadTexts(child, target.none_of);
    } else if (entry.key == "present") {
      Value<bool>::Read(child, target.present.emplace());
    } else {
      cursor.diagnostics->Add({*cursor.file, entry.line, entry.column}, cursor.path,
                              "unknown key " + Quoted(entry.key) + SuggestFrom(entry.key, known));
    }
  }
}

void Value<RowConditions>::Read(const Cursor& cursor, RowConditions& target) {
  if (!ExpectMap(cursor, "fields to conditions")) return;
  for (const YamlEntry& entry : cursor.node->entries) {
    target.items.push_back({entry.key, {}});
    Value<RowTest>::Read(cursor.Child(entry.value, entry.key), target.items.back().test);
  }
}

void Value<ValueMap>::Read(const Cursor& cursor, ValueMap& target) {
  if (!ExpectMap(cursor, "names to values")) return;
  for (const YamlEntry& entry : cursor.node->entries) {
    const Cursor child = cursor.Child(entry.value, entry.key);
    target.items.push_back({entry.key, {*cursor.file, entry.line, entry.column}, child.path, {}});
    Value<ValueDoc>::Read(child, target.items.back().value);
  }
}

void ValueDoc::Describe(Fields& f) {
  f.Optional("field", field,
             "Column, or JSON key; keys inside of objects with dots, items of lists by index: "
             "`items.0.sku`. Either this or `constant`.");
  f.Optional("constant", constant, "The same text for every row.");
  f.Optional("as", as, "What it is.");
  f.Optional("optional", optional,
             "Leave the value out where the field is missing, null or empty. Otherwise such a row "
             "is a dead letter.");
  f.Optional("scale", scale, "Of money: decimal places that are kept, 0 to 6. More are an error.");
  f.Optional("minor", is_minor,
             "Of money: the number counts units of the scale (cents) and not of the currency.");
  f.Optional("currency", currency, "Of money: its currency.");
  f.Optional("currency_field", currency_field, "Of money: the field that names its currency.");
  f.Optional("multiply", multiply,
             "Of integers and numbers: a factor, to change the unit (minutes to seconds: 60).");
  f.Optional(
      "format", format,
      "Of times: `iso8601`, `unix_s`, `unix_ms`, or a pattern of `%Y %m %d %H %M %S %f %z`.");
  f.Optional("zone", zone,
             "Of times that do not say their offset: an IANA name, such as Europe/London.");
  f.Optional("words", words,
             "Texts of the source and what stands for them; others stay. Comes before `as`.");
  f.Optional("strip_prefix", strip_prefix, "Taken off the front, where it is there.");
  f.Optional("strip_suffix", strip_suffix, "Taken off the end, where it is there.");
  f.Optional("prefix", prefix, "Put in front.");
}

}  // namespace evenkeel::internal
