#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "evenkeel/model/action.h"
#include "evenkeel/policy/control.h"

namespace evenkeel {

/// What a kill switch or a level can stop.
struct ControlledAction {
  std::string domain;
  std::string action;
  std::string channel;
  std::string proposer;
  AutonomyLevel level = AutonomyLevel::kL1;  ///< By which it was released.
};

/// Why an action must not be carried out.
struct ControlRefusal {
  std::string reason;  ///< "kill_switch" or "autonomy_level", for receipts.
  std::string detail;  ///< For people.
};

/// What operators say right now, shared by a worker, which hears of it, and by the threads that
/// make its calls: they ask at the last moment.
///
/// Thread-safety: any thread.
class ControlBoard {
 public:
  void Set(Control control);

  /// A kill switch that is on, or a level that was lowered since the action was released below the
  /// one it needs: L2 to be carried out without people, less for what was only recommended.
  std::optional<ControlRefusal> RefusalOf(const ControlledAction& action) const;

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const Control> control_;  ///< Guarded by mutex_. Null: nothing was said.
};

}  // namespace evenkeel
