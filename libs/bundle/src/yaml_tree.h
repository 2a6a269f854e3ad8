#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "evenkeel/bundle/diagnostics.h"

namespace evenkeel::internal {

struct YamlEntry;

/// A parsed YAML document as plain values, every one with its place.
struct YamlNode {
  enum class Kind : std::uint8_t { kNull, kScalar, kList, kMap };

  Kind kind = Kind::kNull;
  int line = 1;
  int column = 1;
  bool is_quoted = false;          ///< Of a scalar.
  std::string text;                ///< Of a scalar, as written.
  std::vector<YamlNode> items;     ///< Of a list.
  std::vector<YamlEntry> entries;  ///< Of a map, in file order, keys unique.
};

struct YamlEntry {
  std::string key;
  int line = 1;
  int column = 1;
  YamlNode value;
};

/// Parses `text`, the content of `file`. What is refused (second documents, anchors and aliases,
/// tags, keys that repeat or are not plain text, bytes that are not UTF-8, documents nested deeper
/// than 32 or with more than 200,000 values) is added to `diagnostics`.
///
/// Returns false if there is no document to go on with.
bool ParseYaml(const std::string& file, std::string_view text, YamlNode& root,
               Diagnostics& diagnostics);

}  // namespace evenkeel::internal
