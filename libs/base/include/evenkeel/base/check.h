#pragma once

#include <string_view>

namespace evenkeel::internal {

/// Prints file, line and `what` to stderr and aborts.
[[noreturn]] void CheckFailed(const char* file, int line, std::string_view what);

}  // namespace evenkeel::internal

/// Aborts in every build if `condition` is false. For bugs of ours only: never for what a user, a
/// file or a network can cause (that is a Status).
#define EVENKEEL_CHECK(condition)                                        \
  do {                                                                   \
    if (!(condition)) [[unlikely]] {                                     \
      ::evenkeel::internal::CheckFailed(__FILE__, __LINE__, #condition); \
    }                                                                    \
  } while (false)
