#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "evenkeel/model/commit_record.h"

namespace evenkeel {

/// The kind byte of timers. They are in the store only, never in the changelog.
inline constexpr char kTimerKind = 'T';

/// A key whose byte order is the order (due, key, name).
std::string TimerKey(const TimerPosition& timer);

/// Nothing if `key` is not a timer's.
std::optional<TimerPosition> ParseTimerKey(std::string_view key);

}  // namespace evenkeel
