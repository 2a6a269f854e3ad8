#pragma once

#include <memory>
#include <mutex>
#include <utility>

#include "evenkeel/decision/decision_core.h"
#include "evenkeel/features/layout.h"
#include "evenkeel/policy/control.h"

namespace evenkeel {

/// What a processor decides by at one moment.
struct DeciderSnapshot {
  std::shared_ptr<const DecisionCore> core;  ///< Of the bundle in force; null: there is none.
  LayoutSet layouts;                         ///< Every layout that a state of its tasks may be in.
  Control control;
};

/// Where a processor shows its newest snapshot to queries.
///
/// Whoever reads a task's state takes its view first and the snapshot then: a layout is shown
/// before any state in it is committed.
///
/// Thread-safety: any thread.
class DeciderWindow {
 public:
  void Show(std::shared_ptr<const DeciderSnapshot> snapshot) {
    const std::lock_guard lock(mutex_);
    snapshot_.swap(snapshot);
  }

  /// Null before the first.
  std::shared_ptr<const DeciderSnapshot> Look() const {
    const std::lock_guard lock(mutex_);
    return snapshot_;
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const DeciderSnapshot> snapshot_;
};

}  // namespace evenkeel
