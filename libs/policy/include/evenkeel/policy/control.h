#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "evenkeel/policy/definition.h"

namespace evenkeel {

/// What operators say right now, outside of any bundle.
struct Control {
  std::uint64_t revision = 0;  ///< Of the topic it was read from.
  std::vector<KillSwitch> switches;
  /// Levels can only be lowered here: the lower of this and the bundle's holds.
  std::vector<AutonomyRule> levels;
};

/// What a kill switch can stop.
struct SwitchSubject {
  std::string_view domain;
  std::string_view action;
  std::string_view channel;
  std::string_view proposer;
};

/// The first switch that stops `subject`, or null.
const KillSwitch* FindSwitch(const std::vector<KillSwitch>& switches, const SwitchSubject& subject);

/// The level of an action of a domain. Unknown means L1.
AutonomyLevel LevelOf(const PolicyDefinition& policy, const Control& control,
                      std::string_view domain, std::string_view action);

}  // namespace evenkeel
