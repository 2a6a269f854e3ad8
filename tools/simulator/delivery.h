#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "event.h"
#include "person.h"

namespace simulator {

enum class LineKind : std::uint8_t {
  kFirst,       // The event, as it is.
  kRepeat,      // The same line again.
  kBrokenJson,  // From here on: poison.
  kNoCustomer,
  kAbsurdTime,
  kNanValue,
  kOtherContent,
};
inline constexpr std::array<std::string_view, 7> kLineKindNames{
    "first", "repeat", "broken_json", "no_customer", "absurd_time", "nan_value", "other_content"};

/// One line of the file. Refers to an event, which must outlive it.
struct Line {
  std::int64_t delivered_ms = 0;
  std::int64_t first_delivered_ms = 0;  ///< What a repeat says, too.
  std::int64_t at_ms = 0;               ///< By the clock of who reports.
  const Event* event = nullptr;
  LineKind kind = LineKind::kFirst;
  std::uint32_t ordinal = 0;  ///< Among the poison of its kind.
};

/// When an event is delivered first, and when the same line comes again, if it does.
Line FirstDelivery(const World& world, const Event& event);
std::optional<Line> RepeatOf(const World& world, const Line& first);

/// All lines in the order of delivery.
std::vector<Line> Deliver(const World& world, const std::vector<Event>& events);

/// The bytes of a line, without its end.
std::string Render(const Line& line);

}  // namespace simulator
