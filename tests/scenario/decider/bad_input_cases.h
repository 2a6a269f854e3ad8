#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/service_world.h"

namespace evenkeel::testing {

inline constexpr std::int64_t kStateMaxBytes = 16 * 1024;

/// What a kind of bad input is made of: a customer of its own, at a time.
struct BadInputSeed {
  const ServiceWorld& world;
  std::string customer;
  TimeMs at;
};

/// One kind of bad input.
struct BadInputKind {
  std::string_view name;
  std::string_view reason;
  std::function<OwnedRecord(const BadInputSeed&)> bad;
  /// What must have come before, and is good; empty for most.
  std::function<OwnedRecord(const BadInputSeed&)> before{};
  std::optional<ClockMode> clock{};  ///< Bad under this clock only.
};

const std::vector<BadInputKind>& AllBadInput();

}  // namespace evenkeel::testing
