#include "ingest/door_test.h"

namespace evenkeel::testing {
namespace {

INSTANTIATE_TEST_SUITE_P(Logs, IngestTest,
                         ::testing::Values(IngestRun{"Local", [] { return MakeLocalBench(); }}),
                         IngestRunName);

}  // namespace
}  // namespace evenkeel::testing
