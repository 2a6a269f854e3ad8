#include "evenkeel/state/task_store.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>
#include <set>

#include "ledger/temp_directory.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace evenkeel {
namespace {

using ::testing::ElementsAre;

class TaskStoreTest : public ::testing::Test {
 protected:
  std::unique_ptr<TaskStore> Open() {
    Result<std::unique_ptr<TaskStore>> store = TaskStore::Open(resources_, path());
    EXPECT_TRUE(store.ok()) << store.status().ToString();
    return store.ok() ? std::move(store).value() : nullptr;
  }
  std::string path() const { return directory_.path() + "/task"; }

  static StoreMeta Meta(Offset next) {
    return {.deployment = "d",
            .cluster_id = "c",
            .changelog_topic = "t",
            .row = 3,
            .app_version = "v",
            .changelog_next = next,
            .commit_record = "record",
            .written_at = TimeMs{77}};
  }
  static StoreBatch Batch(const std::string& key, const std::string& value) {
    StoreBatch batch;
    batch.Put(key, value);
    return batch;
  }
  static std::vector<TimerPosition> Timers(const TaskStore& store,
                                           TimerPosition from = {.due = TimeMs::Min()}) {
    std::vector<TimerPosition> timers;
    EXPECT_TRUE(store
                    .ForEachTimer(from,
                                  [&](const TimerPosition& timer) {
                                    timers.push_back(timer);
                                    return true;
                                  })
                    .ok());
    return timers;
  }

  testing::TempDirectory directory_;
  StoreResources resources_{{.cache_bytes = 1 << 20, .unflushed_bytes = 8 << 20}};
};

TEST_F(TaskStoreTest, TellsWhatItHolds) {
  const auto store = Open();
  ASSERT_TRUE(store->Apply(Batch("Sada", std::string(50'000, 'x')), Meta(1)).ok());
  EXPECT_GT(store->figures().memtable_bytes, 50'000U);
  EXPECT_EQ(store->figures().table_bytes, 0U);
  ASSERT_TRUE(store->Flush(TaskStore::FlushMode::kFinish).ok());
  EXPECT_GT(store->figures().table_bytes, 0U);
  EXPECT_FALSE(store->figures().is_write_stalled);
  EXPECT_GT(resources_.cache_bytes(), 0U);
}

TEST_F(TaskStoreTest, KeepsWhatWasFlushedWithItsMeta) {
  {
    auto store = Open();
    EXPECT_FALSE(store->meta());
    EXPECT_TRUE(*store->Empty());
    ASSERT_TRUE(store->Apply(Batch("Sada", "1"), Meta(5)).ok());
    ASSERT_TRUE(store->Flush(TaskStore::FlushMode::kFinish).ok());
  }
  auto store = Open();
  EXPECT_FALSE(store->was_damaged());
  EXPECT_EQ(*store->Get("Sada"), "1");
  ASSERT_TRUE(store->meta());
  EXPECT_EQ(store->meta()->changelog_next, 5);
  EXPECT_EQ(store->meta()->row, 3);
  EXPECT_EQ(store->meta()->commit_record, "record");
  EXPECT_EQ(store->meta()->written_at, TimeMs{77});
}

TEST_F(TaskStoreTest, WithoutAFlushHoldsAWholePrefix) {
  {
    auto store = Open();
    for (int i = 1; i <= 10; ++i) {
      StoreBatch batch = Batch("Sa", std::to_string(i));
      batch.Put("Sb", std::to_string(i));
      ASSERT_TRUE(store->Apply(batch, Meta(i)).ok());
      if (i == 6) {
        ASSERT_TRUE(store->Flush(TaskStore::FlushMode::kFinish).ok());
      }
    }
  }
  auto store = Open();
  EXPECT_EQ(store->meta()->changelog_next, 6);
  EXPECT_EQ(*store->Get("Sa"), "6");
  EXPECT_EQ(*store->Get("Sb"), "6");
}

TEST_F(TaskStoreTest, IsOpenOnceAtATime) {
  auto store = Open();
  EXPECT_EQ(TaskStore::Open(resources_, path()).status().code(), StatusCode::kUnavailable);
  store.reset();
  EXPECT_TRUE(TaskStore::Open(resources_, path()).ok());
}

TEST_F(TaskStoreTest, BeginsAnewWhenItDoesNotOpen) {
  {
    auto store = Open();
    ASSERT_TRUE(store->Apply(Batch("Sada", "1"), Meta(5)).ok());
    ASSERT_TRUE(store->Flush(TaskStore::FlushMode::kFinish).ok());
  }
  std::ofstream(path() + "/CURRENT") << "nonsense";
  auto store = Open();
  EXPECT_TRUE(store->was_damaged());
  EXPECT_TRUE(*store->Empty());
}

TEST_F(TaskStoreTest, IsWipedAndSetAside) {
  auto store = Open();
  ASSERT_TRUE(store->Apply(Batch("Sada", "1"), Meta(5)).ok());
  ASSERT_TRUE(store->SetAside("for-ann").ok());
  EXPECT_TRUE(*store->Empty());
  EXPECT_TRUE(std::filesystem::exists(path() + ".for-ann/CURRENT"));
  ASSERT_TRUE(store->Apply(Batch("Sada", "1"), Meta(5)).ok());
  ASSERT_TRUE(store->Wipe().ok());
  EXPECT_FALSE(store->meta());
  EXPECT_EQ(*store->Get("Sada"), std::nullopt);
}

TEST_F(TaskStoreTest, ScansOneKindInOrder) {
  auto store = Open();
  StoreBatch batch;
  for (const char* key : {"Sb", "Sa", "L1", "T", "G9", "S"}) batch.Put(key, key);
  ASSERT_TRUE(store->Apply(batch, Meta(1)).ok());
  std::vector<std::string> keys;
  ASSERT_TRUE(store
                  ->ForEach('S',
                            [&](std::string_view key, std::string_view) {
                              keys.emplace_back(key);
                              return Status();
                            })
                  .ok());
  EXPECT_THAT(keys, ElementsAre("S", "Sa", "Sb"));
}

TEST_F(TaskStoreTest, DigestsStatesAndNothingElse) {
  auto store = Open();
  ASSERT_TRUE(store->Apply(Batch("Sada", "1"), Meta(1)).ok());
  const Sha256Digest before = *store->StateDigest();
  StoreBatch batch;
  batch.Put("L1", "layout");
  batch.AddTimer({TimeMs{5}, "ada", "wake"});
  ASSERT_TRUE(store->Apply(batch, Meta(9)).ok());
  EXPECT_EQ(*store->StateDigest(), before);
  ASSERT_TRUE(store->Apply(Batch("Sada", "2"), Meta(10)).ok());
  EXPECT_NE(*store->StateDigest(), before);
  Sha256Stream expected;
  expected.UpdateField("Sada");
  expected.UpdateField("2");
  EXPECT_EQ(*store->StateDigest(), expected.Finish());
}

// Goal: the bytes of the index sort as timers do. Method: random timers, nasty ones among them.
TEST_F(TaskStoreTest, TimersComeInTheOrderOfDueKeyName) {
  const auto seed = static_cast<std::uint32_t>(::testing::UnitTest::GetInstance()->random_seed());
  SCOPED_TRACE(::testing::Message() << "replay with --gtest_random_seed=" << seed);
  std::mt19937 rng(seed);
  const auto text = [&] {
    const std::string alphabet(
        "\0\1\xFF"
        "ab",
        5);
    std::string out;
    for (unsigned n = rng() % 4; n > 0; --n) out.push_back(alphabet[rng() % alphabet.size()]);
    return out;
  };
  auto store = Open();
  std::set<TimerPosition> expected;
  StoreBatch batch;
  for (int i = 0; i < 2000; ++i) {
    const TimerPosition timer{TimeMs{static_cast<std::int64_t>(rng() % 7) - 3}, text(), text()};
    if (rng() % 3 == 0) {
      expected.erase(timer);
      batch.RemoveTimer(timer);
    } else {
      expected.insert(timer);
      batch.AddTimer(timer);
    }
  }
  ASSERT_TRUE(store->Apply(batch, Meta(1)).ok());
  EXPECT_EQ(Timers(*store), (std::vector<TimerPosition>(expected.begin(), expected.end())));
  const TimerPosition from{TimeMs{0}, "a", std::string("\0", 1)};
  EXPECT_EQ(Timers(*store, from),
            (std::vector<TimerPosition>(expected.lower_bound(from), expected.end())));
  ASSERT_TRUE(store->RemoveAllTimers().ok());
  EXPECT_TRUE(Timers(*store).empty());
}

}  // namespace
}  // namespace evenkeel
