#include <string_view>

#include "transaction_writer.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

// The suite, or the writer that it starts in a process of its own and kills.
int main(int argc, char** argv) {
  if (argc == 4 && std::string_view(argv[1]) == "--log-contract-writer") {
    return evenkeel::testing::RunWriterProcess({.locator = argv[2], .prefix = argv[3]});
  }
  ::testing::InitGoogleMock(&argc, argv);
  return RUN_ALL_TESTS();
}
