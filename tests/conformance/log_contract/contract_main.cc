#include <cstdio>
#include <string_view>

#include "log_harness.h"
#include "transaction_writer.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

// The suite, or the writer that it starts in a process of its own and kills.
int main(int argc, char** argv) {
  if (argc == 4 && std::string_view(argv[1]) == "--log-contract-writer") {
    const auto harness = evenkeel::testing::MakeLogHarness({.locator = argv[2], .prefix = argv[3]});
    return evenkeel::testing::RunWriterProcess(harness->cluster(), harness->time(), argv[3]);
  }
  ::testing::InitGoogleMock(&argc, argv);
  const int result = RUN_ALL_TESTS();
  const ::testing::UnitTest& suite = *::testing::UnitTest::GetInstance();
  std::printf("log contract: %d passed, %d failed, not applicable: %d\n",
              suite.successful_test_count(), suite.failed_test_count(), suite.skipped_test_count());
  return result;
}
