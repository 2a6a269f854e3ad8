#include "evenkeel/state/store_view.h"

#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

#include "ledger/temp_directory.h"
#include <gtest/gtest.h>

#include "evenkeel/state/task_store.h"

namespace evenkeel {
namespace {

class StoreViewTest : public ::testing::Test {
 protected:
  std::unique_ptr<TaskStore> Open() {
    Result<std::unique_ptr<TaskStore>> store =
        TaskStore::Open(resources_, directory_.path() + "/task");
    EXPECT_TRUE(store.ok()) << store.status().ToString();
    return store.ok() ? std::move(store).value() : nullptr;
  }
  /// One transaction: both keys get `value`.
  static void Apply(TaskStore& store, int value) {
    StoreBatch batch;
    batch.Put("Sada", std::to_string(value));
    batch.Put("Sbob", std::to_string(value));
    ASSERT_TRUE(store.Apply(batch, {.changelog_next = value}).ok());
  }

  testing::TempDirectory directory_;
  StoreResources resources_{{.cache_bytes = 1 << 20, .unflushed_bytes = 8 << 20}};
};

TEST_F(StoreViewTest, ShowsOneMomentWhateverIsAppliedLater) {
  auto store = Open();
  Apply(*store, 1);
  const auto view = store->View({.as_of = {100}, .sequence = 1});
  Apply(*store, 2);
  ASSERT_TRUE(store->Flush(TaskStore::FlushMode::kFinish).ok());
  EXPECT_EQ(*view->Get("Sada"), "1");
  EXPECT_EQ(*view->Get("Snobody"), std::nullopt);
  EXPECT_EQ(view->position(), (StorePosition{.as_of = {100}, .sequence = 1}));
  EXPECT_EQ(*store->View({})->Get("Sada"), "2");
}

TEST_F(StoreViewTest, OutlivesTheStoreAndKeepsItsDirectory) {
  auto store = Open();
  Apply(*store, 1);
  auto view = store->View({});
  store.reset();
  EXPECT_EQ(*view->Get("Sada"), "1");
  const Status refused = TaskStore::Open(resources_, directory_.path() + "/task").status();
  EXPECT_EQ(refused.code(), StatusCode::kUnavailable);
  view.reset();
  EXPECT_NE(Open(), nullptr);
}

TEST_F(StoreViewTest, HoldsBackWipingAndSettingAside) {
  auto store = Open();
  Apply(*store, 1);
  auto view = store->View({});
  EXPECT_EQ(store->Wipe().code(), StatusCode::kUnavailable);
  EXPECT_EQ(store->SetAside("x").code(), StatusCode::kUnavailable);
  EXPECT_EQ(*store->Get("Sada"), "1") << "refused, so nothing was touched";
  view.reset();
  EXPECT_TRUE(store->Wipe().ok());
  EXPECT_EQ(*store->Get("Sada"), std::nullopt);
}

/// What a worker's board does: the newest view, for whoever comes.
class Newest {
 public:
  void Set(std::shared_ptr<const StoreView> view) {
    const std::lock_guard lock(mutex_);
    view_.swap(view);
  }
  std::shared_ptr<const StoreView> Get() const {
    const std::lock_guard lock(mutex_);
    return view_;
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const StoreView> view_;
};

TEST_F(StoreViewTest, ManyReadTransactionsWholeWhileOneWritesAndTheStoreIsReopened) {
  constexpr int kTransactions = 400;
  Newest newest;
  std::atomic<bool> is_done{false};
  std::atomic<int> torn{0};
  std::atomic<int> backwards{0};
  std::vector<std::thread> readers;
  for (int i = 0; i < 4; ++i) {
    readers.emplace_back([&] {
      std::uint64_t last = 0;
      while (!is_done) {
        const auto view = newest.Get();
        if (view == nullptr) continue;
        const std::string expected = std::to_string(view->position().sequence);
        if (*view->Get("Sada") != expected || *view->Get("Sbob") != expected) ++torn;
        if (view->position().sequence < last) ++backwards;
        last = view->position().sequence;
      }
    });
  }
  auto store = Open();
  for (int i = 1; i <= kTransactions; ++i) {
    Apply(*store, i);
    newest.Set(store->View({.as_of = {i}, .sequence = static_cast<std::uint64_t>(i)}));
    if (i % 100 != 0) continue;
    ASSERT_TRUE(store->Flush(TaskStore::FlushMode::kFinish).ok());
    newest.Set(nullptr);
    store.reset();
    // A reader may hold the last view a moment longer: as the engine does, try again.
    Result<std::unique_ptr<TaskStore>> again = Unavailable("not tried");
    while (!again.ok()) {
      again = TaskStore::Open(resources_, directory_.path() + "/task");
      ASSERT_TRUE(again.ok() || again.status().code() == StatusCode::kUnavailable);
    }
    store = std::move(again).value();
  }
  newest.Set(nullptr);
  is_done = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(torn, 0);
  EXPECT_EQ(backwards, 0);
}

}  // namespace
}  // namespace evenkeel
