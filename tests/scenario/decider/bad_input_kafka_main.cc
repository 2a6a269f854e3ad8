// Bad input on a real Apache Kafka.

#include "decider/bad_input_test.h"
#include "decider/mishap_test.h"

namespace evenkeel::testing {
namespace {

INSTANTIATE_TEST_SUITE_P(
    Logs, BadInputTest,
    ::testing::Values(BadInputRun{"KafkaWall", MakeKafkaBench, ClockMode::kWall},
                      BadInputRun{"KafkaEvent", MakeKafkaBench, ClockMode::kEvent}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(Logs, MishapTest, ::testing::Values(LogRun{"Kafka", MakeKafkaBench}),
                         NameOfLog);

}  // namespace
}  // namespace evenkeel::testing
