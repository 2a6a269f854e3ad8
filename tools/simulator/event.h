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
  std::uint32_t number = 0;  ///< Of this customer, from 1.
  int offset_minutes = 0;
  bool from_device = false;  ///< May be offline, or have a wrong clock.
  JsonFields fields;
};

/// The names that the lines carry.
std::string CustomerName(std::uint32_t customer);
inline std::string EventName(std::uint32_t customer, std::uint32_t number) {
  return CustomerName(customer) + "-" + std::to_string(number);
}

}  // namespace simulator
