#pragma once

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "evenkeel/bundle/bundle.h"
#include "evenkeel/loader.h"
#include "support/service_world.h"

namespace evenkeel::testing {

/// Instantiated by each program, on its logs.
class LoaderTest : public ::testing::TestWithParam<LogRun> {
 protected:
  LoaderTest();

  /// One life of a loader, in batches of ten lines.
  Result<LoadFigures> Load(LogAccess& access);
  void ExpectEveryLineOnce();

  std::unique_ptr<LogBench> bench_;
  ServiceWorld world_;
  TimeZoneDatabase zones_;
  std::shared_ptr<const Bundle> bundle_;
};

inline std::string NameOfLog(const ::testing::TestParamInfo<LogRun>& info) {
  return info.param.name;
}

}  // namespace evenkeel::testing
