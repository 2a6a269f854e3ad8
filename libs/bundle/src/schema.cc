#include "schema.h"

#include <algorithm>

namespace evenkeel::internal {
namespace {

std::string_view KindName(YamlNode::Kind kind) {
  switch (kind) {
    case YamlNode::Kind::kNull:
      return "nothing";
    case YamlNode::Kind::kScalar:
      return "a single value";
    case YamlNode::Kind::kList:
      return "a list";
    case YamlNode::Kind::kMap:
      return "a map";
  }
  return "?";
}

std::string Escaped(std::string_view cell) {
  std::string text;
  for (const char c : cell) {
    if (c == '|') text += '\\';
    text += c;
  }
  return text;
}

/// GitHub's anchor of a heading.
std::string AnchorOf(std::string_view title) {
  std::string anchor;
  for (const char c : title) {
    if (c == ' ') anchor += '-';
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_') anchor += c;
    if (c >= 'A' && c <= 'Z') anchor += static_cast<char>(c - 'A' + 'a');
  }
  return anchor;
}

/// "list of [Cap]" with the link that belongs to the heading "Cap".
std::string Linked(const std::string& type) {
  const std::size_t open = type.find('[');
  const std::size_t close = type.find(']');
  if (open == std::string::npos || close == std::string::npos) return Escaped(type);
  const std::string title = type.substr(open + 1, close - open - 1);
  return type.substr(0, close + 1) + "(#" + AnchorOf(title) + ")" + type.substr(close + 1);
}

}  // namespace

void Cursor::Expected(std::string_view what, std::string_view remedy) const {
  const std::string given = node->kind == YamlNode::Kind::kScalar
                                ? Quoted(node->text)
                                : std::string(KindName(node->kind));
  Error(given + " is not " + std::string(what) + "; write " + std::string(remedy));
}

Cursor Cursor::Child(const YamlNode& child, std::string_view key) const {
  return {&child, file, path.empty() ? std::string(key) : path + "." + std::string(key),
          diagnostics};
}

Cursor Cursor::Item(std::size_t index) const {
  return {&node->items[index], file, path + "[" + std::to_string(index) + "]", diagnostics};
}

bool ExpectMap(const Cursor& cursor, std::string_view what) {
  if (cursor.node->kind == YamlNode::Kind::kMap) return true;
  cursor.Error("found " + std::string(KindName(cursor.node->kind)) + " where a map (" +
               std::string(what) + ") belongs; write 'key: value' lines");
  return false;
}

bool ExpectList(const Cursor& cursor, std::string_view of) {
  if (cursor.node->kind == YamlNode::Kind::kList) return true;
  std::string plain(of);
  std::erase_if(plain, [](char c) { return c == '[' || c == ']'; });
  cursor.Error("found " + std::string(KindName(cursor.node->kind)) + " where a list (of " + plain +
               ") belongs; write '- value' lines or [a, b]");
  return false;
}

const std::string* ExpectScalar(const Cursor& cursor, std::string_view what,
                                std::string_view remedy) {
  if (cursor.node->kind == YamlNode::Kind::kScalar) return &cursor.node->text;
  cursor.Expected(what, remedy);
  return nullptr;
}

bool IsName(std::string_view name) {
  if (name.empty() || name.size() > 64 || name[0] < 'a' || name[0] > 'z') return false;
  return std::ranges::all_of(
      name, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

const YamlNode* Fields::Take(std::string_view key, bool is_required) {
  known_.emplace_back(key);
  for (const YamlEntry& entry : cursor_.node->entries) {
    if (entry.key == key) return &entry.value;
  }
  if (is_required) {
    cursor_.Error("the key '" + std::string(key) + "' is missing; add it");
  }
  return nullptr;
}

void Fields::RefuseUnknown() const {
  for (const YamlEntry& entry : cursor_.node->entries) {
    if (std::ranges::find(known_, entry.key) != known_.end()) continue;
    cursor_.diagnostics->Add({*cursor_.file, entry.line, entry.column}, cursor_.path,
                             "unknown key " + Quoted(entry.key) + SuggestFrom(entry.key, known_));
  }
}

bool Page::Open(std::string_view title, std::string_view about) {
  if (std::ranges::find(sections_, title, &Section::title) != sections_.end()) return false;
  sections_.push_back({std::string(title), std::string(about), {}});
  return true;
}

void Page::Add(std::string_view title, Row row) {
  std::ranges::find(sections_, title, &Section::title)->rows.push_back(std::move(row));
}

std::string Page::ToMarkdown() const {
  std::string text;
  for (const Section& section : sections_) {
    text += "\n## " + section.title + "\n\n" + section.about + "\n\n";
    text += "| Key | Value | Default | Meaning |\n|---|---|---|---|\n";
    for (const Row& row : section.rows) {
      text += "| `" + row.key + "` | " + Linked(row.type) + " | " + Escaped(row.fallback) + " | " +
              Escaped(row.about) + " |\n";
    }
  }
  return text;
}

}  // namespace evenkeel::internal
