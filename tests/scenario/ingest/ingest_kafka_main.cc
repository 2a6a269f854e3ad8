#include "ingest/door_test.h"

namespace evenkeel::testing {
namespace {

INSTANTIATE_TEST_SUITE_P(Logs, IngestTest,
                         ::testing::Values(IngestRun{"Kafka", [] { return MakeKafkaBench(); }}),
                         IngestRunName);

}  // namespace
}  // namespace evenkeel::testing
