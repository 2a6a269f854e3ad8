#pragma once

#include <string_view>

namespace evenkeel::internal {

/// True if `text` is well-formed UTF-8 (no surrogates, no overlong forms).
bool IsValidUtf8(std::string_view text);

}  // namespace evenkeel::internal
