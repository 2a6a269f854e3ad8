#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace evenkeel {

/// What is wrong with a JSON text, with line and column; nothing if it is one value in UTF-8 whose
/// brackets lie in each other at most 40 deep.
std::optional<std::string> FindJsonProblem(std::string_view text);

/// A list [a, b, c] or a single value as lines, one item a line. REQUIRES: FindJsonProblem() finds
/// nothing.
std::string JsonItemsAsLines(std::string text);

}  // namespace evenkeel
