// The table of bad input on a real Apache Kafka.

#include "decider/bad_input_test.h"

namespace evenkeel::testing {
namespace {

INSTANTIATE_TEST_SUITE_P(
    Logs, BadInputTest,
    ::testing::Values(BadInputRun{"KafkaWall", MakeKafkaBench, ClockMode::kWall},
                      BadInputRun{"KafkaEvent", MakeKafkaBench, ClockMode::kEvent}),
    NameOf);

}  // namespace
}  // namespace evenkeel::testing
