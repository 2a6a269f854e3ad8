// Bad input on the logs that need no server.

#include "decider/bad_input_test.h"
#include "decider/mishap_test.h"

namespace evenkeel::testing {
namespace {

INSTANTIATE_TEST_SUITE_P(
    Logs, BadInputTest,
    ::testing::Values(BadInputRun{"SimWall", MakeSimBench, ClockMode::kWall},
                      BadInputRun{"SimEvent", MakeSimBench, ClockMode::kEvent},
                      BadInputRun{"LocalWall", MakeLocalBench, ClockMode::kWall},
                      BadInputRun{"LocalEvent", MakeLocalBench, ClockMode::kEvent}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(Logs, MishapTest,
                         ::testing::Values(LogRun{"Sim", MakeSimBench},
                                           LogRun{"Local", MakeLocalBench, false}),
                         NameOfLog);

}  // namespace
}  // namespace evenkeel::testing
