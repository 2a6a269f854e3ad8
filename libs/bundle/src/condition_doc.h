#pragma once

#include <optional>
#include <string>
#include <vector>

#include "values.h"

// Conditions as written in the files of a bundle.

namespace evenkeel::internal {

/// A number, or a length of time in milliseconds.
struct Quantity {
  Decimal number;
  bool is_duration = false;
};
template <>
struct Value<Quantity> : PlainValue {
  static std::string TypeName() { return "number, or duration for a `time_since` feature"; }
  static std::string Show(const Quantity& v) { return Value<Decimal>::Show(v.number); }
  static void Read(const Cursor& cursor, Quantity& target);
};

/// A scalar of YAML with the type it is written as: "x" a text, true a flag, 3 an integer.
struct Literal {
  std::string text;
  bool is_quoted = false;
  Place place;
  std::string path;
};
template <>
struct Value<Literal> : PlainValue {
  static std::string TypeName() { return "text, number or flag"; }
  static std::string Show(const Literal&) { return "none"; }
  static void Read(const Cursor& cursor, Literal& target);
};

/// What a field of a signal must be.
struct FieldTest {
  std::vector<Literal> any_of;
  std::string prefix;
};
template <>
struct Value<FieldTest> : PlainValue {
  static std::string TypeName() { return "value, list of values or `{prefix: text}`"; }
  static std::string Show(const FieldTest&) { return "none"; }
  static void Read(const Cursor& cursor, FieldTest& target);
};

/// What something known about a customer must be.
struct KnownTest {
  std::vector<std::string> in;
  std::vector<std::string> none_of;
  std::vector<std::string> prefixes;
  std::optional<Quantity> at_least;
  std::optional<Quantity> below;
  std::optional<bool> present;
};
template <>
struct Value<KnownTest> : PlainValue {
  static std::string TypeName() {
    return "text, list of texts, or a map of `not`, `prefix`, `at_least`, `below`, `present`";
  }
  static std::string Show(const KnownTest&) { return "none"; }
  static void Read(const Cursor& cursor, KnownTest& target);
};

/// A map from what is asked about to what it must be; all must hold.
template <typename Test>
struct TestMap {
  struct Item {
    std::string subject;
    Place place;
    std::string path;
    Test test;
  };
  std::vector<Item> items;
};
using FieldTests = TestMap<FieldTest>;
using KnownTests = TestMap<KnownTest>;

template <typename Test>
struct Value<TestMap<Test>> : PlainValue {
  static std::string TypeName() { return "map to " + Value<Test>::TypeName(); }
  static std::string Show(const TestMap<Test>&) { return "always"; }
  static void Read(const Cursor& cursor, TestMap<Test>& target) {
    if (!ExpectMap(cursor, "what is asked about, to what it must be")) return;
    for (const YamlEntry& entry : cursor.node->entries) {
      const Cursor child = cursor.Child(entry.value, entry.key);
      target.items.push_back({entry.key, {*cursor.file, entry.line, entry.column}, child.path, {}});
      Value<Test>::Read(child, target.items.back().test);
    }
  }
};

/// A text or a list of texts.
void ReadTexts(const Cursor& cursor, std::vector<std::string>& target);

}  // namespace evenkeel::internal
