// Control on a real Apache Kafka.

#include "executor/control_test.h"

namespace evenkeel::testing {
namespace {

INSTANTIATE_TEST_SUITE_P(Logs, ControlTest, ::testing::Values(LogRun{"Kafka", MakeKafkaBench}),
                         NameOfLog);

}  // namespace
}  // namespace evenkeel::testing
