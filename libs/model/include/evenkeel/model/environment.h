#pragma once

#include <cstdint>

namespace evenkeel {

/// Which world a record belongs to. Executors refuse actions of another than their own.
enum class Environment : std::uint8_t { kSandbox = 1, kUat = 2, kProd = 3 };

}  // namespace evenkeel
