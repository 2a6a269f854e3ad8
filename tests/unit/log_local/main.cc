#include <chrono>
#include <cstdio>
#include <string_view>

#include "local_log_fixture.h"
#include "transaction_writer.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evenkeel/log/local_log.h"

namespace {

/// What the tests start in a process of its own: opens the folder and says how that went, or
/// writes to it until it is killed.
int RunChild(std::string_view task, const char* folder) {
  auto log = evenkeel::LocalLog::Open(
      {.folder = folder, .wall_clock = [] { return evenkeel::TimeMs{1}; }});
  if (!log.ok() || task == "--open") {
    std::printf("%s\n", log.status().ToString().c_str());
    return 0;
  }
  return evenkeel::testing::RunWriterProcess(*log.value(), evenkeel::testing::RealTime(), "");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 3 &&
      (std::string_view(argv[1]) == "--open" || std::string_view(argv[1]) == "--write")) {
    return RunChild(argv[1], argv[2]);
  }
  ::testing::InitGoogleMock(&argc, argv);
  return RUN_ALL_TESTS();
}
