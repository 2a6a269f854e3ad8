#include "cap_window.h"

#include <algorithm>

namespace evenkeel::internal {
namespace {

bool Meets(ContactSpan span, TimeMs start, std::int64_t window_ms) {
  return span.from.value < start.value + window_ms && span.last >= start;
}

}  // namespace

std::int32_t WorstWindow(const std::vector<ContactSpan>& known, ContactSpan added,
                         std::int64_t window_ms) {
  // A window that starts where one of its contacts ends can take over all the others of any other
  // window: so only those need to be looked at.
  const auto count_from = [&](TimeMs start) -> std::int32_t {
    if (!Meets(added, start, window_ms)) return 0;
    const auto met = std::count_if(known.begin(), known.end(),
                                   [&](ContactSpan span) { return Meets(span, start, window_ms); });
    return static_cast<std::int32_t>(met) + 1;
  };
  std::int32_t worst = count_from(added.last);
  for (const ContactSpan span : known) worst = std::max(worst, count_from(span.last));
  return worst;
}

TimeMs FirstFree(const std::vector<ContactSpan>& known, TimeMs at, std::int64_t length_ms,
                 std::int32_t contacts_max, std::int64_t window_ms) {
  const auto is_free = [&](TimeMs start) {
    const ContactSpan added{start, {start.value + length_ms - 1}};
    return WorstWindow(known, added, window_ms) <= contacts_max;
  };
  if (contacts_max <= 0) return TimeMs::Max();
  if (is_free(at)) return at;
  std::vector<TimeMs> starts;
  starts.reserve(known.size());
  for (const ContactSpan span : known) starts.push_back({span.last.value + window_ms});
  std::sort(starts.begin(), starts.end());
  for (const TimeMs start : starts) {
    if (start > at && is_free(start)) return start;
  }
  return TimeMs::Max();
}

}  // namespace evenkeel::internal
