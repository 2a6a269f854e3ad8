#include "engine_fixture.h"
#include <gtest/gtest.h>

namespace evenkeel::testing {
namespace {

/// A run over a few accounts that come again and again, with faults, and what it leaves.
struct LedgerRun {
  explicit LedgerRun(std::size_t cache_bytes, bool with_aborts = false) {
    std::mt19937 rng(11);
    if (with_aborts) {
      world.faulty.rules.on_commit = [&rng] {
        return rng() % 4 == 0 ? CommitFault::kAborted : CommitFault::kNone;
      };
    }
    EXPECT_TRUE(world.log.Write(MakeCommands({.seed = 21, .count = 600, .keys = 40}, 2)).ok());
    world.Start("w1", [&](WorkerOptions& options) {
      options.intake.slice_records = 10;
      options.commit.interval = milliseconds(3);
      options.store.cache_bytes = cache_bytes;
    });
    EXPECT_TRUE(world.Until(
        [&] {
          most = std::max(most, world.member("w1").worker->status().state_cache_bytes);
          return world.IsIdle();
        },
        100'000));
    EXPECT_TRUE(world.UntilIdle(100'000));
    world.Check();
    counters = world.member("w1").worker->status().counters;
    for (const Partition row : {0, 1}) digests.push_back(*ChangelogDigest(world.log, row));
  }

  EngineWorld world;
  std::size_t most = 0;  ///< Bytes in the cache.
  WorkerCounters counters;
  std::vector<std::string> digests;  ///< Of the states.
};

TEST(CacheTest, NobodyCanTellWhetherAStateWasKept) {
  const LedgerRun none(0);
  const LedgerRun few(8'000);
  const LedgerRun all(64 << 20);
  EXPECT_EQ(none.counters.states_cached, 0U);
  EXPECT_GT(few.counters.states_cached, 0U);
  EXPECT_LT(few.counters.states_cached, all.counters.states_cached);
  EXPECT_EQ(few.digests, none.digests);
  EXPECT_EQ(all.digests, none.digests);
}

TEST(CacheTest, NorAfterAborts) {
  const LedgerRun none(0, /*with_aborts=*/true);
  const LedgerRun all(64 << 20, /*with_aborts=*/true);
  EXPECT_GT(all.counters.aborts, 5U);
  EXPECT_GT(all.counters.states_cached, 0U);
  EXPECT_EQ(all.digests, none.digests);
}

TEST(CacheTest, HoldsNoMoreThanItsBound) {
  const LedgerRun few(8'000);
  EXPECT_GT(few.most, 0U);
  EXPECT_LE(few.most, 8'000U);
}

}  // namespace
}  // namespace evenkeel::testing
