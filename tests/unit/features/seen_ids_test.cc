#include "evenkeel/features/seen_ids.h"

#include "builders.h"
#include <gtest/gtest.h>

namespace evenkeel {
namespace {

using testing::At;
using testing::kDayMs;

class SeenIdsTest : public ::testing::Test {
 protected:
  Seen Offer(const std::string& id, TimeMs time, std::uint64_t content = 1) {
    const SignalKey key = SignalKeyOf("crm", id);
    const Seen seen = ids_.Check(policy_, key, content, time);
    if (seen == Seen::kNew) ids_.Insert(policy_, key, content, time);
    return seen;
  }

  DuplicatePolicy policy_{.horizon_ms = 7 * kDayMs, .ids_max = 3};
  SeenIds ids_;
};

TEST_F(SeenIdsTest, DropsARepeatWithinTheHorizon) {
  EXPECT_EQ(Offer("a", At(0)), Seen::kNew);
  EXPECT_EQ(Offer("a", At(0)), Seen::kRepeat);
}

TEST_F(SeenIdsTest, TheSameIdWithOtherContentIsAConflict) {
  Offer("a", At(0), 1);
  EXPECT_EQ(Offer("a", At(0), 2), Seen::kConflict);
}

TEST_F(SeenIdsTest, TheSameIdOfAnotherSourceIsNew) {
  EXPECT_NE(SignalKeyOf("crm", "a"), SignalKeyOf("shop", "a"));
  EXPECT_NE(SignalKeyOf("crm", "a"), SignalKeyOf("cr", "ma"));
}

TEST_F(SeenIdsTest, ARepeatPastTheHorizonCountsAndIsToldSo) {
  Offer("a", At(0));
  Offer("b", At(8));
  EXPECT_EQ(ids_.size(), 1U);
  EXPECT_EQ(Offer("a", At(0)), Seen::kPastHorizon);
}

TEST_F(SeenIdsTest, KeepsTheNewestWhenFull) {
  Offer("a", At(0));
  Offer("b", At(1));
  Offer("c", At(2));
  EXPECT_EQ(Offer("d", At(3)), Seen::kNew);
  EXPECT_EQ(Offer("a", At(0)), Seen::kPastHorizon);
  EXPECT_EQ(Offer("b", At(1)), Seen::kRepeat);
  EXPECT_EQ(ids_.size(), 3U);
}

TEST_F(SeenIdsTest, RemembersNothingWhereToldSo) {
  policy_.ids_max = 0;
  EXPECT_EQ(Offer("a", At(0)), Seen::kNew);
  EXPECT_EQ(Offer("a", At(0)), Seen::kNew);
  EXPECT_EQ(ids_.size(), 0U);
}

}  // namespace
}  // namespace evenkeel
