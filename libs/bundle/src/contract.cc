#include "contract.h"

#include <algorithm>
#include <charconv>

namespace evenkeel::internal {
namespace {

std::string_view KindName(FieldKind kind) {
  switch (kind) {
    case FieldKind::kBool:
      return "a flag";
    case FieldKind::kInteger:
      return "a whole number";
    case FieldKind::kNumber:
      return "a number";
    case FieldKind::kText:
      return "a text";
    case FieldKind::kSymbol:
      return "a word";
    case FieldKind::kMoney:
      return "money";
    case FieldKind::kTime:
      return "a time";
  }
  return "?";
}

/// How a value of that kind is read from a row.
std::string_view AsOf(FieldKind kind) {
  switch (kind) {
    case FieldKind::kBool:
      return "flag";
    case FieldKind::kInteger:
      return "integer";
    case FieldKind::kNumber:
      return "number";
    case FieldKind::kText:
    case FieldKind::kSymbol:
      return "text";
    case FieldKind::kMoney:
      return "money";
    case FieldKind::kTime:
      return "time";
  }
  return "?";
}

bool Fits(ValueKind as, FieldKind kind) {
  switch (as) {
    case ValueKind::kText:
      return kind == FieldKind::kText || kind == FieldKind::kSymbol;
    case ValueKind::kInteger:
      return kind == FieldKind::kInteger || kind == FieldKind::kNumber;
    case ValueKind::kNumber:
      return kind == FieldKind::kNumber;
    case ValueKind::kFlag:
      return kind == FieldKind::kBool;
    case ValueKind::kMoney:
      return kind == FieldKind::kMoney;
    case ValueKind::kTime:
      return kind == FieldKind::kTime;
  }
  return false;
}

bool IsSymbol(const SignalFieldInfo& field, const std::string& word) {
  return std::ranges::find(field.symbols, word) != field.symbols.end();
}

/// Words that a source writes itself must be words of the contract.
void CheckWords(const ValueMap::Item& item, const SignalFieldInfo& field,
                Diagnostics& diagnostics) {
  if (field.kind != FieldKind::kSymbol) return;
  const auto check = [&](const Place& place, const std::string& path, const std::string& word) {
    if (IsSymbol(field, word)) return;
    diagnostics.Add(
        place, path,
        Quoted(word) + " is no word of the contract" + SuggestFrom(word, field.symbols));
  };
  if (item.value.constant)
    check(item.value.constant->place, item.value.constant->path, **item.value.constant);
  for (const auto& [from, to] : item.value.words.words) {
    check(item.value.place, item.value.path + ".words." + from, to);
  }
}

void CheckValue(const SignalTypeInfo& type, const ValueMap::Item& item, Diagnostics& diagnostics) {
  const ContractField field = FindField({&type}, item.name);
  if (field.info == nullptr) {
    if (field.is_open) return;
    diagnostics.Add(item.place, item.path,
                    type.type + " has no field " + Quoted(item.name) +
                        SuggestFrom(item.name, FieldNames({&type})));
    return;
  }
  if (!Fits(item.value.as, field.info->kind)) {
    diagnostics.Add(item.place, item.path,
                    "in the contract this is " + std::string(KindName(field.info->kind)) +
                        "; write 'as: " + std::string(AsOf(field.info->kind)) + "'");
  }
  CheckWords(item, *field.info, diagnostics);
}

}  // namespace

std::vector<const SignalTypeInfo*> TypesOf(std::string_view name) {
  if (!name.ends_with(".*")) {
    const SignalTypeInfo* const type = FindSignalType(name);
    return type == nullptr ? std::vector<const SignalTypeInfo*>() : std::vector{type};
  }
  std::vector<const SignalTypeInfo*> types;
  const std::string_view prefix = name.substr(0, name.size() - 1);
  for (const SignalTypeInfo& type : SignalTypes()) {
    if (type.type.starts_with(prefix)) types.push_back(&type);
  }
  return types;
}

std::vector<std::string> FieldNames(const std::vector<const SignalTypeInfo*>& types) {
  std::vector<std::string> names;
  for (const SignalTypeInfo* type : types) {
    for (const SignalFieldInfo& field : type->fields) names.push_back(field.name);
  }
  return names;
}

std::vector<std::string> SignalTypeNames() {
  std::vector<std::string> names;
  for (const SignalTypeInfo& type : SignalTypes()) names.push_back(type.type);
  return names;
}

ContractField FindField(const std::vector<const SignalTypeInfo*>& types, std::string_view name) {
  ContractField found;
  for (const SignalTypeInfo* type : types) {
    found.is_open = found.is_open || type->family == SignalFamily::kCustom;
    const auto field = std::ranges::find(type->fields, name, &SignalFieldInfo::name);
    if (found.info == nullptr && field != type->fields.end() &&
        type->family != SignalFamily::kCustom) {
      found.info = &*field;
    }
  }
  return found;
}

void CheckAgainstContract(const SignalDoc& doc, Diagnostics& diagnostics) {
  const SignalTypeInfo* const type = FindSignalType(*doc.type);
  if (type == nullptr) {
    diagnostics.Add(
        doc.type.place, doc.type.path,
        "there is no signal " + Quoted(*doc.type) + SuggestFrom(*doc.type, SignalTypeNames()));
    return;
  }
  for (const ValueMap::Item& item : doc.values.items) CheckValue(*type, item, diagnostics);
  for (const SignalFieldInfo& field : type->fields) {
    const auto mapped = std::ranges::find(doc.values.items, field.name, &ValueMap::Item::name);
    if (!field.is_required || type->family == SignalFamily::kCustom) continue;
    if (mapped == doc.values.items.end()) {
      diagnostics.Add(doc.type.place, doc.type.path,
                      type->type + " needs the value '" + field.name + "'; add it");
    } else if (mapped->value.optional) {
      diagnostics.Add(mapped->place, mapped->path,
                      type->type + " needs this value; remove 'optional'");
    }
  }
}

FieldValue ToFieldValue(const Literal& literal, const SignalFieldInfo* field,
                        Diagnostics& diagnostics) {
  const bool is_text =
      field != nullptr && (field->kind == FieldKind::kText || field->kind == FieldKind::kSymbol);
  if (is_text && field->kind == FieldKind::kSymbol && !IsSymbol(*field, literal.text)) {
    diagnostics.Add(literal.place, literal.path,
                    Quoted(literal.text) + " is no word of the contract" +
                        SuggestFrom(literal.text, field->symbols));
  }
  if (is_text || literal.is_quoted) return literal.text;
  const bool is_flag = literal.text == "true" || literal.text == "false";
  const Result<Decimal> number = ParseDecimal(literal.text);
  if (field != nullptr) {
    const bool fits = field->kind == FieldKind::kBool
                          ? is_flag
                          : number.ok() && (field->kind == FieldKind::kInteger ||
                                            field->kind == FieldKind::kNumber);
    if (!fits) {
      diagnostics.Add(literal.place, literal.path,
                      Quoted(literal.text) + " is not " + std::string(KindName(field->kind)) +
                          ", which the field is; only flags, numbers and words can be compared");
    }
  }
  if (is_flag) return literal.text == "true";
  if (!number.ok()) return literal.text;
  if (const auto whole = Rescale(*number, 0)) return *whole;
  double value = 0;
  std::from_chars(literal.text.data(), literal.text.data() + literal.text.size(), value);
  return value;
}

void CheckFeatureValue(const FeatureDoc& feature, const NumberDoc& doc, Diagnostics& diagnostics) {
  for (const Placed<std::string>& name : feature.on) {
    const std::vector<const SignalTypeInfo*> types = TypesOf(*name);
    const ContractField field = FindField(types, *doc.field);
    if (types.empty() || (field.info == nullptr && field.is_open)) continue;
    if (field.info == nullptr) {
      diagnostics.Add(doc.field.place, doc.field.path,
                      *name + " has no field " + Quoted(*doc.field) +
                          SuggestFrom(*doc.field, FieldNames(types)));
      continue;
    }
    const FieldKind kind = field.info->kind;
    const bool is_word =
        kind == FieldKind::kText || kind == FieldKind::kSymbol || kind == FieldKind::kBool;
    const bool is_number =
        kind == FieldKind::kInteger || kind == FieldKind::kNumber || kind == FieldKind::kMoney;
    if (feature.is_symbol ? !is_word : !is_number) {
      diagnostics.Add(doc.field.place, doc.field.path,
                      "in the contract this is " + std::string(KindName(kind)) +
                          (is_word             ? "; only 'last' takes it, with 'symbol: true'"
                           : feature.is_symbol ? "; remove 'symbol'"
                                               : "; take a number or money"));
    }
    if (kind == FieldKind::kMoney && !feature.currency) {
      diagnostics.Add(feature.place, feature.path, "money needs the key 'currency'; add it");
    }
  }
}

}  // namespace evenkeel::internal
