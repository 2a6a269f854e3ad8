#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "yaml_tree.h"

#include "evenkeel/bundle/diagnostics.h"

// One description serves reading, checking and the reference page. A struct that stands for a YAML
// map has
//
//   static constexpr std::string_view kTitle, kAbout;   // Heading and first sentence on the page.
//   void Describe(Fields& fields);                      // Its keys: fields.Required("name", name,
//   "..."). Place place; std::string path;                      // Filled where the struct has
//   them.
//
// and every other type of value a specialisation of Value<T>.

namespace evenkeel::internal {

/// A value in the document being read, and where complaints about it go.
struct Cursor {
  const YamlNode* node;
  const std::string* file;
  std::string path;
  Diagnostics* diagnostics;

  Place place() const { return {*file, node->line, node->column}; }
  void Error(std::string message) const { diagnostics->Add(place(), path, std::move(message)); }
  /// "'7 dayz' is not <what>; write <remedy>".
  void Expected(std::string_view what, std::string_view remedy) const;
  Cursor Child(const YamlNode& child, std::string_view key) const;
  Cursor Item(std::size_t index) const;
};

/// A value with its place, for checks that come after reading.
template <typename T>
struct Placed {
  T value{};
  Place place;
  std::string path;
  bool is_read = false;  ///< It was there and could be read; else `value` is a default.

  const T& operator*() const { return value; }
  const T* operator->() const { return &value; }
};

/// A map from names that the author chooses to values of one type, in file order.
template <typename T>
struct Named {
  struct Entry {
    std::string name;
    Place place;
    std::string path;
    T value;
  };
  std::vector<Entry> entries;

  const T* Find(std::string_view name) const {
    for (const Entry& entry : entries) {
      if (entry.name == name) return &entry.value;
    }
    return nullptr;
  }
  std::vector<std::string> Names() const {
    std::vector<std::string> names;
    names.reserve(entries.size());
    for (const Entry& entry : entries) names.push_back(entry.name);
    return names;
  }
};

/// Collects the reference page.
class Page {
 public:
  struct Row {
    std::string key;
    std::string type;
    std::string fallback;  ///< "required" or the default.
    std::string about;
  };

  /// True if `title` still has to be described: each struct comes once.
  bool Open(std::string_view title, std::string_view about);
  void Add(std::string_view title, Row row);
  std::string ToMarkdown() const;

 private:
  struct Section {
    std::string title;
    std::string about;
    std::vector<Row> rows;
  };
  std::vector<Section> sections_;
};

template <typename T>
struct Value;

class Fields;

template <typename T>
concept Described = requires(T value, Fields& fields) {
  { T::kTitle } -> std::convertible_to<std::string_view>;
  value.Describe(fields);
};

/// The keys of one YAML map, as Describe() names them. Reads them, or writes them to the page.
class Fields {
 public:
  explicit Fields(Cursor cursor) : cursor_(std::move(cursor)) {}
  Fields(Page& page, std::string_view title) : page_(&page), title_(title) {}

  template <typename T>
  void Required(std::string_view key, T& target, std::string_view about) {
    Field(key, target, about, true);
  }
  /// Without the key, `target` keeps what it holds: the default.
  template <typename T>
  void Optional(std::string_view key, T& target, std::string_view about) {
    Field(key, target, about, false);
  }

  /// Complains about keys that Describe() did not name.
  void RefuseUnknown() const;

 private:
  template <typename T>
  void Field(std::string_view key, T& target, std::string_view about, bool is_required) {
    if (page_ != nullptr) {
      page_->Add(title_, {std::string(key), Value<T>::TypeName(),
                          is_required ? "required" : Value<T>::Show(target), std::string(about)});
      Value<T>::Document(*page_);
      return;
    }
    if (const YamlNode* node = Take(key, is_required)) {
      Value<T>::Read(cursor_.Child(*node, key), target);
    }
  }
  const YamlNode* Take(std::string_view key, bool is_required);

  Cursor cursor_{nullptr, nullptr, {}, nullptr};
  Page* page_ = nullptr;
  std::string title_;
  std::vector<std::string> known_;
};

/// True for a map; complains otherwise.
bool ExpectMap(const Cursor& cursor, std::string_view what);
bool ExpectList(const Cursor& cursor, std::string_view of);
/// The text of a scalar, or nothing after a complaint.
const std::string* ExpectScalar(const Cursor& cursor, std::string_view what,
                                std::string_view remedy);
/// True if `name` is a name: a lower-case letter, then lower-case letters, digits, '_' (up to 64).
bool IsName(std::string_view name);

/// What most values share: nothing to describe apart from the type's name.
struct PlainValue {
  static void Document(Page&) {}
};

template <Described T>
struct Value<T> {
  static std::string TypeName() { return "[" + std::string(T::kTitle) + "]"; }
  static std::string Show(const T&) { return "see there"; }
  static void Document(Page& page) {
    if (!page.Open(T::kTitle, T::kAbout)) return;
    T value;
    Fields fields(page, T::kTitle);
    value.Describe(fields);
  }
  static void Read(const Cursor& cursor, T& target) {
    if constexpr (requires { target.place = cursor.place(); }) target.place = cursor.place();
    if constexpr (requires { target.path = cursor.path; }) target.path = cursor.path;
    if (!ExpectMap(cursor, T::kTitle)) return;
    Fields fields(cursor);
    target.Describe(fields);
    fields.RefuseUnknown();
  }
};

template <typename T>
struct Value<Placed<T>> {
  static std::string TypeName() { return Value<T>::TypeName(); }
  static std::string Show(const Placed<T>& target) { return Value<T>::Show(target.value); }
  static void Document(Page& page) { Value<T>::Document(page); }
  static void Read(const Cursor& cursor, Placed<T>& target) {
    target.place = cursor.place();
    target.path = cursor.path;
    const std::size_t before = cursor.diagnostics->size();
    Value<T>::Read(cursor, target.value);
    target.is_read = cursor.diagnostics->size() == before;
  }
};

template <typename T>
struct Value<std::optional<T>> {
  static std::string TypeName() { return Value<T>::TypeName(); }
  static std::string Show(const std::optional<T>& target) {
    return target ? Value<T>::Show(*target) : "none";
  }
  static void Document(Page& page) { Value<T>::Document(page); }
  static void Read(const Cursor& cursor, std::optional<T>& target) {
    Value<T>::Read(cursor, target.emplace());
  }
};

template <typename T>
struct Value<std::vector<T>> {
  static std::string TypeName() { return "list of " + Value<T>::TypeName(); }
  static std::string Show(const std::vector<T>& target) {
    return target.empty() ? "none" : "see there";
  }
  static void Document(Page& page) { Value<T>::Document(page); }
  static void Read(const Cursor& cursor, std::vector<T>& target) {
    if (!ExpectList(cursor, Value<T>::TypeName())) return;
    target.clear();
    for (std::size_t i = 0; i < cursor.node->items.size(); ++i) {
      Value<T>::Read(cursor.Item(i), target.emplace_back());
    }
  }
};

template <typename T>
struct Value<Named<T>> {
  static std::string TypeName() { return "map of names to " + Value<T>::TypeName(); }
  static std::string Show(const Named<T>& target) {
    return target.entries.empty() ? "none" : "see there";
  }
  static void Document(Page& page) { Value<T>::Document(page); }
  static void Read(const Cursor& cursor, Named<T>& target) {
    if (!ExpectMap(cursor, TypeName())) return;
    for (const YamlEntry& entry : cursor.node->entries) {
      const Cursor child = cursor.Child(entry.value, entry.key);
      const Place place{*cursor.file, entry.line, entry.column};
      if (!IsName(entry.key)) {
        cursor.diagnostics->Add(place, child.path,
                                Quoted(entry.key) +
                                    " is not a name; write lower-case letters, digits and '_', "
                                    "first a letter, at most 64");
      }
      target.entries.push_back({entry.key, place, child.path, {}});
      Value<T>::Read(child, target.entries.back().value);
    }
  }
};

}  // namespace evenkeel::internal
