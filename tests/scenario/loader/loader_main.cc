// The loader on the logs that need no server.

#include "loader/loader_test.h"

namespace evenkeel::testing {
namespace {

INSTANTIATE_TEST_SUITE_P(Logs, LoaderTest,
                         ::testing::Values(LogRun{"Sim", MakeSimBench},
                                           LogRun{"Local", MakeLocalBench}),
                         NameOfLog);

}  // namespace
}  // namespace evenkeel::testing
