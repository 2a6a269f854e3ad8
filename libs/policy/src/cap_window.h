#pragma once

#include <cstdint>
#include <vector>

#include "evenkeel/base/time.h"

namespace evenkeel::internal {

/// From `from` up to and including `last`: a contact happens at some moment of it.
struct ContactSpan {
  TimeMs from;
  TimeMs last;
};

/// The most contacts that any window of `window_ms` could hold, `added` being one of them.
std::int32_t WorstWindow(const std::vector<ContactSpan>& known, ContactSpan added,
                         std::int64_t window_ms);

/// The first start at or after `at` with which a contact of `length_ms` keeps every window of
/// `window_ms` at `contacts_max` or less. TimeMs::Max() if there is none.
TimeMs FirstFree(const std::vector<ContactSpan>& known, TimeMs at, std::int64_t length_ms,
                 std::int32_t contacts_max, std::int64_t window_ms);

}  // namespace evenkeel::internal
