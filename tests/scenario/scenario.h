#pragma once

#include <string>

namespace evenkeel::testing {

/// Plays the scenario of a file; what comes out otherwise is a failure of the running test.
void PlayScenario(const std::string& path);

}  // namespace evenkeel::testing
