#include "executor/effect_pool.h"

#include <atomic>
#include <latch>
#include <vector>

#include <gtest/gtest.h>

namespace evenkeel {
namespace {

TEST(EffectPoolTest, MakesEveryCallItAccepted) {
  std::atomic<int> made = 0;
  std::latch all(100);
  EffectPool pool(4, 1000);
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(pool.Submit([&] {
      ++made;
      all.count_down();
    }));
  }
  all.wait();
  EXPECT_EQ(made, 100);
}

TEST(EffectPoolTest, SaysNoWhenItsQueueIsFull) {
  std::latch begun(1);
  std::latch release(1);
  EffectPool pool(1, 1);
  ASSERT_TRUE(pool.Submit([&] {
    begun.count_down();
    release.wait();
  }));
  begun.wait();
  EXPECT_TRUE(pool.Submit([] {}));
  EXPECT_FALSE(pool.Submit([] {}));
  release.count_down();
}

TEST(EffectPoolTest, MakesDelayedCallsInTheOrderOfTheirTimes) {
  std::vector<int> made;
  std::latch all(2);
  EffectPool pool(1, 10);
  ASSERT_TRUE(pool.Submit(
      [&] {
        made.push_back(2);
        all.count_down();
      },
      std::chrono::milliseconds(40)));
  ASSERT_TRUE(pool.Submit(
      [&] {
        made.push_back(1);
        all.count_down();
      },
      std::chrono::milliseconds(5)));
  all.wait();
  EXPECT_EQ(made, (std::vector<int>{1, 2}));
}

TEST(EffectPoolTest, HurriesTheCallsOfOneOwner) {
  const int mine = 0;
  const int other = 0;
  std::latch made(1);
  EffectPool pool(1, 10);
  bool is_other_made = false;
  const auto later = std::chrono::hours(1);
  ASSERT_TRUE(pool.Submit([&] { is_other_made = true; }, later, &other));
  ASSERT_TRUE(pool.Submit([&] { made.count_down(); }, later, &mine));
  pool.Hurry(&mine);
  made.wait();
  pool.Stop();
  EXPECT_FALSE(is_other_made);
}

TEST(EffectPoolTest, FinishesWhatIsUnderWayWhenItStops) {
  std::atomic<bool> finished = false;
  std::latch begun(1);
  EffectPool pool(1, 10);
  ASSERT_TRUE(pool.Submit([&] {
    begun.count_down();
    finished = true;
  }));
  begun.wait();
  pool.Stop();
  pool.Stop();
  EXPECT_TRUE(finished);
  EXPECT_FALSE(pool.Submit([] {}));
}

}  // namespace
}  // namespace evenkeel
