#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "json_line.h"

namespace simulator {

/// Something that happened, before it is delivered. `kind` and `source` are literals.
struct Event {
  std::int64_t happened_ms = 0;
  std::string_view kind;
  std::string_view source;
  std::uint32_t customer = 0;
  std::uint32_t number = 0;  ///< Of this customer, from 1; see kReaction.
  int offset_minutes = 0;
  bool from_device = false;  ///< May be offline, or have a wrong clock.
  JsonFields fields;
};

/// What customers do about actions is numbered apart, so that the other numbers (and with them the
/// luck of delivery) are those of the untouched world.
inline constexpr std::uint32_t kReaction = 0x80000000U;

/// The names that the lines carry.
std::string CustomerName(std::uint32_t customer);
inline std::string EventName(std::uint32_t customer, std::uint32_t number) {
  const bool is_reaction = (number & kReaction) != 0;
  return CustomerName(customer) + (is_reaction ? "-R" : "-") + std::to_string(number & ~kReaction);
}

}  // namespace simulator
