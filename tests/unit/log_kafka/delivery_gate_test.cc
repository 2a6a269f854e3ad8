#include "delivery_gate.h"

#include <algorithm>
#include <deque>
#include <random>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace evenkeel::kafka {
namespace {

using Verdict = DeliveryGate::Verdict;

DeliveryGate StartedAt(Offset next) {
  DeliveryGate gate;
  gate.BeginStart(next, 1);
  EXPECT_TRUE(gate.Open(1));
  return gate;
}

TEST(DeliveryGateTest, LetsNothingThroughBeforeItIsStarted) {
  DeliveryGate gate;
  EXPECT_EQ(gate.OnRecord(0), Verdict::kNotStarted);
  gate.BeginStart(5, 1);
  EXPECT_EQ(gate.OnRecord(5), Verdict::kNotStarted);
  EXPECT_EQ(gate.OnEnd(5), Verdict::kNotStarted);
}

TEST(DeliveryGateTest, LetsRecordsThroughInOrderAndNoneTwice) {
  DeliveryGate gate = StartedAt(5);
  EXPECT_EQ(gate.OnRecord(4), Verdict::kBelow);
  EXPECT_EQ(gate.OnRecord(5), Verdict::kDeliver);
  EXPECT_EQ(gate.OnRecord(9), Verdict::kDeliver) << "gaps are legal once the start is confirmed";
  EXPECT_EQ(gate.OnRecord(9), Verdict::kBelow);
  EXPECT_EQ(gate.OnRecord(7), Verdict::kBelow);
  EXPECT_EQ(gate.next(), 10);
}

TEST(DeliveryGateTest, IgnoresTheEndOfAnOvertakenStart) {
  DeliveryGate gate;
  gate.BeginStart(5, 1);
  gate.BeginStart(3, 2);
  EXPECT_FALSE(gate.Open(1));
  EXPECT_FALSE(gate.open());
  EXPECT_TRUE(gate.Open(2));
  EXPECT_EQ(gate.OnRecord(3), Verdict::kDeliver);
}

TEST(DeliveryGateTest, StaysClosedWhenItWasClosedDuringTheStart) {
  DeliveryGate gate;
  gate.BeginStart(5, 1);
  gate.Close();
  EXPECT_FALSE(gate.Open(1));
  EXPECT_EQ(gate.OnRecord(5), Verdict::kNotStarted);
}

TEST(DeliveryGateTest, BelievesAFirstRecordAboveThePositionOnlyTheSecondTime) {
  DeliveryGate gate = StartedAt(5);
  EXPECT_EQ(gate.OnRecord(8), Verdict::kRestart);
  gate.BeginStart(gate.next(), 2);
  EXPECT_EQ(gate.OnRecord(9), Verdict::kNotStarted);
  ASSERT_TRUE(gate.Open(2));
  EXPECT_EQ(gate.OnRecord(8), Verdict::kDeliver);
  EXPECT_EQ(gate.OnRecord(9), Verdict::kDeliver);
}

TEST(DeliveryGateTest, DropsALeftoverAboveThePosition) {
  DeliveryGate gate = StartedAt(5);
  EXPECT_EQ(gate.OnRecord(70), Verdict::kRestart);  // Fetched before the row went back to 5.
  gate.BeginStart(gate.next(), 2);
  ASSERT_TRUE(gate.Open(2));
  EXPECT_EQ(gate.OnRecord(5), Verdict::kDeliver);
  EXPECT_EQ(gate.OnRecord(6), Verdict::kDeliver);
}

TEST(DeliveryGateTest, DropsAnEndLeftOverFromBefore) {
  DeliveryGate gate = StartedAt(5);
  EXPECT_EQ(gate.OnEnd(70), Verdict::kRestart);
  gate.BeginStart(gate.next(), 2);
  ASSERT_TRUE(gate.Open(2));
  EXPECT_EQ(gate.OnRecord(5), Verdict::kDeliver);
  EXPECT_EQ(gate.OnEnd(6), Verdict::kDeliver);
}

TEST(DeliveryGateTest, AcceptsAnEndBehindTrailingMarkersWhenItIsConfirmed) {
  DeliveryGate gate = StartedAt(5);
  EXPECT_EQ(gate.OnEnd(6), Verdict::kRestart);
  gate.BeginStart(gate.next(), 2);
  ASSERT_TRUE(gate.Open(2));
  EXPECT_EQ(gate.OnEnd(7), Verdict::kDeliver) << "the end may have moved on meanwhile";
  EXPECT_EQ(gate.OnRecord(9), Verdict::kDeliver);
}

TEST(DeliveryGateTest, AnEndAtThePositionIsAnEnd) {
  DeliveryGate gate = StartedAt(5);
  EXPECT_EQ(gate.OnEnd(5), Verdict::kDeliver);
  EXPECT_EQ(gate.OnRecord(6), Verdict::kDeliver);
}

// A log with gaps, restarts at random positions, and leftovers of the fetch before in the way: what
// goes through is always what the log holds from the position on.
TEST(DeliveryGateTest, WhateverIsLeftOverOnlyTheLogGoesThrough) {
  const auto seed = static_cast<std::uint32_t>(::testing::UnitTest::GetInstance()->random_seed());
  SCOPED_TRACE(::testing::Message() << "replay with --gtest_random_seed=" << seed);
  std::mt19937 rng(seed);
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(rng() % n); };
  for (int round = 0; round < 2000; ++round) {
    std::vector<Offset> log;
    for (Offset offset = 0; offset < 60; ++offset) {
      if (below(3) != 0) log.push_back(offset);
    }
    DeliveryGate gate;
    std::uint64_t start = 0;
    const auto position = static_cast<Offset>(below(60));
    std::deque<Offset> queue;
    const auto restart = [&](Offset at, bool leftovers) {
      gate.BeginStart(at, ++start);
      std::deque<Offset> fresh;
      // At most a handful of what was queued survives, from anywhere in the log.
      const std::size_t from = below(log.size());
      for (std::size_t i = from; leftovers && i < std::min(from + below(5), log.size()); ++i) {
        fresh.push_back(log[i]);
      }
      for (const Offset offset : log) {
        if (offset >= at) fresh.push_back(offset);
      }
      queue = std::move(fresh);
      ASSERT_TRUE(gate.Open(start));
    };
    restart(position, true);
    std::vector<Offset> seen;
    while (!queue.empty()) {
      const Offset offset = queue.front();
      queue.pop_front();
      const Verdict verdict = gate.OnRecord(offset);
      if (verdict == Verdict::kDeliver) seen.push_back(offset);
      if (verdict == Verdict::kRestart) restart(gate.next(), false);
    }
    std::vector<Offset> expected;
    std::copy_if(log.begin(), log.end(), std::back_inserter(expected),
                 [&](Offset offset) { return offset >= position; });
    // A leftover that begins exactly at the position is no leftover to be told from the log.
    ASSERT_THAT(seen, ::testing::ElementsAreArray(expected)) << "round " << round;
  }
}

}  // namespace
}  // namespace evenkeel::kafka
