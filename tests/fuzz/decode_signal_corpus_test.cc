#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "decode_signal.h"
#include <gtest/gtest.h>

namespace evenkeel::testing {
namespace {

TEST(DecodeSignalCorpus, HoldsWhatMustHoldForEveryInputAndForEveryCutOfIt) {
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(EVENKEEL_FUZZ_CORPUS)) {
    SCOPED_TRACE(entry.path().filename());
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string input{std::istreambuf_iterator<char>(in), {}};
    ASSERT_FALSE(input.empty());
    DecodeFuzzedSignal(input);
    for (std::size_t size = 0; size < input.size(); ++size) {
      DecodeFuzzedSignal(std::string_view(input).substr(0, size));
      std::string flipped = input;
      flipped[size] = static_cast<char>(flipped[size] ^ 0x81);
      DecodeFuzzedSignal(flipped);
    }
    ++files;
  }
  EXPECT_GE(files, 20);
}

}  // namespace
}  // namespace evenkeel::testing
