#include "scenario.h"

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace evenkeel {
namespace {

std::vector<std::string> Files() {
  std::vector<std::string> files;
  for (const auto& entry :
       std::filesystem::directory_iterator(EVENKEEL_SOURCE_DIR "/tests/scenario")) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path().stem());
  }
  std::sort(files.begin(), files.end());
  return files;
}

class ScenarioTest : public ::testing::TestWithParam<std::string> {};

TEST_P(ScenarioTest, ComesOutAsTold) {
  testing::PlayScenario(EVENKEEL_SOURCE_DIR "/tests/scenario/" + GetParam() + ".yaml");
}

INSTANTIATE_TEST_SUITE_P(All, ScenarioTest, ::testing::ValuesIn(Files()),
                         [](const auto& file) { return file.param; });

}  // namespace
}  // namespace evenkeel
