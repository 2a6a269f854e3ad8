#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "evenkeel/base/time.h"

namespace evenkeel {

/// Reads "2026-11-21T13:30:00.123Z" or with an offset such as "+01:00". Digits beyond milliseconds
/// are dropped; a leap second is the last millisecond of its minute.
std::optional<TimeMs> ParseRfc3339(std::string_view text);

/// Writes it with milliseconds and "Z". REQUIRES: years 0 to 9999.
std::string FormatRfc3339(TimeMs time);

}  // namespace evenkeel
