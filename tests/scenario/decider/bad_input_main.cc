// The table of bad input on the logs that need no server.

#include "decider/bad_input_test.h"

namespace evenkeel::testing {
namespace {

std::unique_ptr<LogBench> Sim() { return std::make_unique<SimBench>(); }

INSTANTIATE_TEST_SUITE_P(
    Logs, BadInputTest,
    ::testing::Values(BadInputRun{"SimWall", Sim, ClockMode::kWall},
                      BadInputRun{"SimEvent", Sim, ClockMode::kEvent},
                      BadInputRun{"LocalWall", MakeLocalBench, ClockMode::kWall},
                      BadInputRun{"LocalEvent", MakeLocalBench, ClockMode::kEvent}),
    NameOf);

}  // namespace
}  // namespace evenkeel::testing
