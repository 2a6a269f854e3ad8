// Which scores are reported, and what a customer's state remembers of it.

#include "decision_builders.h"
#include <gtest/gtest.h>

namespace evenkeel {
namespace {

using testing::At;
using testing::FailedPayment;
using testing::kPointPpb;
using testing::MakeDefinition;
using testing::World;

CoreDefinition WithStep(std::optional<std::int64_t> step_ppb) {
  CoreDefinition definition = MakeDefinition();
  definition.score_step_ppb = step_ppb;
  return definition;
}

/// What would be reported of ada at `now`.
std::optional<std::int64_t> Report(World& world, TimeMs now) {
  PendingDecision pending;
  pending.state = &world.StateOf();
  pending.request.now = now;
  if (!world.core->ScoreToReport(pending)) return std::nullopt;
  return pending.churn.churn_ppb;
}

TEST(ReportedScoreTest, TheFirstAndThoseThatMovedByMoreThanTheStep) {
  World world(WithStep(kPointPpb));
  const auto calm = Report(world, At(0));
  ASSERT_TRUE(calm.has_value()) << "the first";
  EXPECT_EQ(Report(world, At(0)), std::nullopt) << "nothing moved";
  world.Feed(FailedPayment(At(1)), At(1));
  world.wave.Close();
  const auto risky = Report(world, At(1));
  ASSERT_TRUE(risky.has_value());
  EXPECT_GT(*risky, *calm + kPointPpb);
  EXPECT_EQ(Report(world, At(2)), std::nullopt);
  EXPECT_EQ(Report(world, At(40)), calm) << "the payment left its window: it moved back";
}

TEST(ReportedScoreTest, AStepItDoesNotExceedIsNoNews) {
  World scout(WithStep(0));
  const std::int64_t calm = *Report(scout, At(0));
  scout.Feed(FailedPayment(At(1)), At(1));
  scout.wave.Close();
  const std::int64_t moved = *Report(scout, At(1)) - calm;
  for (const std::int64_t less : {0, 1}) {
    World world(WithStep(moved - less));
    ASSERT_TRUE(Report(world, At(0)));
    world.Feed(FailedPayment(At(1)), At(1));
    world.wave.Close();
    EXPECT_EQ(Report(world, At(1)).has_value(), less == 1) << "more than the step, not as much";
  }
}

TEST(ReportedScoreTest, WithoutAStepNoneIs) {
  World world(WithStep(std::nullopt));
  EXPECT_EQ(Report(world, At(0)), std::nullopt);
  EXPECT_EQ(world.StateOf().reported_churn_ppb, std::nullopt);
}

TEST(ReportedScoreTest, IsRememberedInTheStatesBytes) {
  World world(WithStep(kPointPpb));
  world.Feed(FailedPayment(At(1)), At(1));
  world.wave.Close();
  ASSERT_TRUE(Report(world, At(1)));
  std::string bytes;
  world.StateOf().EncodeTo(world.core->layout(), bytes);
  EXPECT_LE(static_cast<std::int64_t>(bytes.size()), world.StateOf().bytes_bound);
  LayoutSet layouts;
  layouts.Add(world.core->layout());
  const Result<CustomerState> read = CustomerState::Decode(bytes, layouts);
  ASSERT_TRUE(read.ok()) << read.status().ToString();
  EXPECT_EQ(*read, world.StateOf());
  EXPECT_TRUE(read->reported_churn_ppb.has_value());
}

TEST(ReportedScoreTest, WhatIsOfALaterVersionOrDamagedIsRefused) {
  World world(WithStep(kPointPpb));
  ASSERT_TRUE(Report(world, At(0)));
  std::string bytes;
  world.StateOf().EncodeTo(world.core->layout(), bytes);
  LayoutSet layouts;
  layouts.Add(world.core->layout());
  std::string later = bytes;
  later.front() = 5;
  for (const std::string& bad : {later, bytes + "x", bytes.substr(0, bytes.size() - 1)}) {
    EXPECT_EQ(CustomerState::Decode(bad, layouts).status().code(), StatusCode::kDataLoss);
  }
}

}  // namespace
}  // namespace evenkeel
