#pragma once

#include <memory>

#include "ingest/door_rig.h"

namespace evenkeel::testing {

/// Cases that run on every log that real processes use.
class IngestTest : public ::testing::TestWithParam<IngestRun> {
 protected:
  void Start(ClockMode clock = ClockMode::kWall) {
    rig_ = std::make_unique<DoorRig>(GetParam().make(), clock);
    rig_->Start();
  }

  std::unique_ptr<DoorRig> rig_;
};

}  // namespace evenkeel::testing
