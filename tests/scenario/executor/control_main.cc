// Control on the logs that need no server.

#include "executor/control_test.h"

namespace evenkeel::testing {
namespace {

INSTANTIATE_TEST_SUITE_P(Logs, ControlTest,
                         ::testing::Values(LogRun{"Sim", MakeSimBench},
                                           LogRun{"Local", MakeLocalBench}),
                         NameOfLog);

}  // namespace
}  // namespace evenkeel::testing
