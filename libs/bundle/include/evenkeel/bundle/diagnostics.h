#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "evenkeel/base/status.h"

namespace evenkeel {

/// Where a value stands in a file of a bundle. Lines and columns count from 1; 0 is "the file".
struct Place {
  std::string file;
  int line = 0;
  int column = 0;

  friend bool operator==(const Place&, const Place&) = default;
};

/// One thing that is wrong: where, at which key, and what would be right.
struct Diagnostic {
  Place place;
  std::string path;  ///< "contact_caps[1].window"; empty for the file as a whole.
  std::string message;

  /// "policy.yaml:12:5: contact_caps[1].window: ...".
  std::string ToString() const;
};

/// Everything that is wrong with a bundle, so that its author mends it in one go.
class Diagnostics {
 public:
  void Add(Place place, std::string_view path, std::string message);

  bool empty() const { return items_.empty(); }
  std::size_t size() const { return items_.size(); }
  const std::vector<Diagnostic>& items() const { return items_; }

  /// One line each, in order of file, line and column.
  std::string ToString() const;

  /// OK if nothing is wrong, else kInvalidArgument with every line.
  Status ToStatus() const;

 private:
  std::vector<Diagnostic> items_;
};

/// "; did you mean 'window'?" if one of `known` is close to `given`, else "; known: a, b, c".
std::string SuggestFrom(std::string_view given, const std::vector<std::string>& known);

/// `value` in single quotes, cut after 60 bytes, control characters as "?".
std::string Quoted(std::string_view value);

}  // namespace evenkeel
