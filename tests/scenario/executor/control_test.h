#pragma once

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "evenkeel/model/global_entry.h"
#include "support/executor_rig.h"

namespace evenkeel::testing {

/// What operators stop between an action's release and its effect. Instantiated by each program, on
/// its logs.
class ControlTest : public ::testing::TestWithParam<LogRun> {
 protected:
  ControlTest() : bench_(GetParam().make_bench({})), world_(*bench_, {}), rig_(world_) {}

  /// An executor that has claimed ada's action, whose call waits for a thread.
  void Claim();
  /// Writes `entry` and waits until whoever makes calls has heard of it.
  void Say(const ControlEntry& entry);
  /// The call's turn has come: what its receipt says.
  Receipt Receive();

  ApprovedAction Ada() const { return rig_.ActionFor("ada", 1); }

  std::unique_ptr<LogBench> bench_;
  ServiceWorld world_;
  ExecutorRig rig_;
};

inline std::string NameOfLog(const ::testing::TestParamInfo<LogRun>& info) {
  return info.param.name;
}

}  // namespace evenkeel::testing
