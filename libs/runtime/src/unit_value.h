#pragma once

#include <cstdint>
#include <string_view>

#include "evenkeel/base/result.h"

namespace evenkeel {

/// "10s" -> 10000. Units: ms, s, m, h, d; a bare number is milliseconds.
Result<std::int64_t> ParseDurationMs(std::string_view text);

/// "64MiB" -> 67108864. Units: B, KiB, MiB, GiB; a bare number is bytes.
Result<std::int64_t> ParseByteSize(std::string_view text);

}  // namespace evenkeel
