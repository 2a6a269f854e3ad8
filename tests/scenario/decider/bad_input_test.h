#pragma once

#include <functional>
#include <memory>
#include <ostream>
#include <string>

#include <gtest/gtest.h>

#include "evenkeel/model/clock_mode.h"
#include "support/log_bench.h"

namespace evenkeel::testing {

/// A log and a clock to run the whole table on.
struct BadInputRun {
  std::string name;  ///< Of the test case.
  std::function<std::unique_ptr<LogBench>(const BenchMembers&)> make_bench;
  ClockMode clock = ClockMode::kWall;
};

inline void PrintTo(const BadInputRun& run, std::ostream* out) { *out << run.name; }

/// Instantiated by each program.
class BadInputTest : public ::testing::TestWithParam<BadInputRun> {};

inline std::string NameOf(const ::testing::TestParamInfo<BadInputRun>& info) {
  return info.param.name;
}

}  // namespace evenkeel::testing
