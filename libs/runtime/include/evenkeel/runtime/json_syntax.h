#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace evenkeel {

/// Where a text stops being JSON.
struct JsonFault {
  std::size_t line = 1;    ///< From 1.
  std::size_t column = 1;  ///< In bytes, from 1.
  bool is_too_deep = false;

  /// "not JSON from line 1, column 2 on". REQUIRES: !is_too_deep.
  std::string Text() const;
};

/// The first fault of a text; nothing if it is one value in UTF-8 whose brackets lie in each other
/// at most `depth_max` deep. Any thread.
std::optional<JsonFault> FindJsonFault(
    std::string_view text, std::size_t depth_max = std::numeric_limits<std::size_t>::max());

}  // namespace evenkeel
