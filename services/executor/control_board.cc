#include "executor/control_board.h"

#include <algorithm>
#include <utility>

namespace evenkeel {

void ControlBoard::Set(Control control) {
  auto now = std::make_shared<const Control>(std::move(control));
  const std::lock_guard lock(mutex_);
  control_ = std::move(now);
}

std::optional<ControlRefusal> ControlBoard::RefusalOf(const ControlledAction& action) const {
  std::shared_ptr<const Control> control;
  {
    const std::lock_guard lock(mutex_);
    control = control_;
  }
  if (control == nullptr) return std::nullopt;
  const SwitchSubject subject{action.domain, action.action, action.channel, action.proposer};
  if (const KillSwitch* kill = FindSwitch(control->switches, subject); kill != nullptr) {
    return ControlRefusal{"kill_switch", kill->reason};
  }
  PolicyDefinition released;
  released.autonomy = {{action.domain, action.action, action.level}};
  const AutonomyLevel level = LevelOf(released, *control, action.domain, action.action);
  if (level < std::min(action.level, AutonomyLevel::kL2)) {
    return ControlRefusal{"autonomy_level",
                          "lowered to L" + std::to_string(static_cast<int>(level))};
  }
  return std::nullopt;
}

}  // namespace evenkeel
