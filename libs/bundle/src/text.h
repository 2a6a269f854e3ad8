#pragma once

#include <cstddef>
#include <string_view>

namespace evenkeel::internal {

/// The index of the first byte that is not part of well-formed UTF-8 (no overlong forms, no
/// surrogates, at most U+10FFFF), or npos.
std::size_t FirstInvalidUtf8(std::string_view text);

/// `text` without blanks and tabs around it.
std::string_view Trim(std::string_view text);

inline bool IsDigit(char c) { return c >= '0' && c <= '9'; }

}  // namespace evenkeel::internal
