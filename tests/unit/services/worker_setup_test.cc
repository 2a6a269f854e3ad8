#include "common/worker_setup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace evenkeel {
namespace {

using ::testing::HasSubstr;

/// The options of the first of `workers` workers, with a limit of `rate` records a second.
Result<WorkerOptions> OptionsFor(int workers, std::int64_t rate) {
  v1::EngineConfig config;
  config.set_workers(workers);
  config.mutable_state()->set_directory("/state");
  if (rate != 0) config.mutable_limits()->set_records_per_second_max(rate);
  EVENKEEL_ASSIGN_OR_RETURN(ApplicationSetup setup, SetupOf(config, "engine", "decider"));
  setup.cluster_id = "cluster";
  setup.inputs = {{.topic = "signals"}};
  return MakeWorkerOptions({.row_count = 8}, config, {}, setup, 0);
}

TEST(WorkerSetupTest, SharesTheRateOfAProcessOutAmongItsWorkers) {
  EXPECT_EQ(OptionsFor(2, 3500)->intake.records_per_second, 1750);
  EXPECT_EQ(OptionsFor(1, 3500)->intake.records_per_second, 3500);
  EXPECT_EQ(OptionsFor(2, 0)->intake.records_per_second, 0);
}

TEST(WorkerSetupTest, RefusesARateThatWouldStopAWorker) {
  const Status status = OptionsFor(4, 3).status();
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(), HasSubstr("engine.limits.records_per_second_max: 3"));
  EXPECT_FALSE(OptionsFor(1, -1).ok());
}

Result<WorkerOptions> OptionsOf(v1::EngineConfig config) {
  config.mutable_state()->set_directory("/state");
  EVENKEEL_ASSIGN_OR_RETURN(ApplicationSetup setup, SetupOf(config, "engine", "decider"));
  setup.cluster_id = "cluster";
  setup.inputs = {{.topic = "signals"}};
  return MakeWorkerOptions({.row_count = 8}, config, {}, setup, 0);
}

TEST(WorkerSetupTest, ReadsAheadAsFarAsConfigured) {
  v1::EngineConfig config;
  EXPECT_EQ(OptionsOf(config)->intake.read_ahead_bytes, std::size_t{64} << 20);
  config.mutable_limits()->set_read_ahead_bytes(5'000'000);
  EXPECT_EQ(OptionsOf(config)->intake.read_ahead_bytes, 5'000'000U);
  config.mutable_limits()->set_read_ahead_bytes(999);
  EXPECT_THAT(OptionsOf(config).status().message(),
              HasSubstr("engine.limits.read_ahead_bytes: 999"));
}

TEST(WorkerSetupTest, IsSilentAsLongAsConfigured) {
  v1::EngineConfig config;
  EXPECT_EQ(OptionsOf(config)->session_timeout, std::chrono::seconds(15));
  config.set_session_timeout_ms(60'000);
  EXPECT_EQ(OptionsOf(config)->session_timeout, std::chrono::minutes(1));
  for (const std::int64_t bad : {11'999, 1'800'001}) {
    config.set_session_timeout_ms(bad);
    EXPECT_THAT(OptionsOf(config).status().message(),
                HasSubstr("engine.session_timeout_ms: " + std::to_string(bad)));
  }
}

TEST(WorkerSetupTest, SharesTheCacheOfAProcessOutAmongItsWorkers) {
  v1::EngineConfig config;
  config.set_workers(4);
  EXPECT_EQ(OptionsOf(config)->store.cache_bytes, std::size_t{64} << 20);
  config.mutable_state()->set_cache_bytes(4000);
  EXPECT_EQ(OptionsOf(config)->store.cache_bytes, 1000U);
  config.mutable_state()->set_cache_bytes(0);
  EXPECT_EQ(OptionsOf(config)->store.cache_bytes, 0U);
}

TEST(WorkerSetupTest, CommitsAsOftenAsConfigured) {
  using std::chrono::milliseconds;
  v1::EngineConfig config;
  EXPECT_EQ(OptionsOf(config)->commit.interval, milliseconds(100));
  EXPECT_EQ(OptionsOf(config)->commit.backlog_interval, milliseconds(1000));
  v1::CommitConfig& commit = *config.mutable_commit();
  commit.set_interval_ms(2000);
  EXPECT_EQ(OptionsOf(config)->commit.backlog_interval, milliseconds(2000)) << "never shorter";
  commit.set_backlog_interval_ms(1999);
  EXPECT_THAT(OptionsOf(config).status().message(),
              HasSubstr("engine.commit.backlog_interval_ms: 1999 is not between 2000 and 5000"));
  for (const std::int64_t bad : {24, 5001}) {
    commit.set_interval_ms(bad);
    EXPECT_THAT(OptionsOf(config).status().message(),
                HasSubstr("engine.commit.interval_ms: " + std::to_string(bad)));
  }
}

}  // namespace
}  // namespace evenkeel
