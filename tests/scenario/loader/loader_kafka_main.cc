// The loader on a real Apache Kafka.

#include "loader/loader_test.h"

namespace evenkeel::testing {
namespace {

INSTANTIATE_TEST_SUITE_P(Logs, LoaderTest, ::testing::Values(LogRun{"Kafka", MakeKafkaBench}),
                         NameOfLog);

}  // namespace
}  // namespace evenkeel::testing
