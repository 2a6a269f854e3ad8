#include <string>

#include "policy_builders.h"
#include <gtest/gtest.h>

#include "evenkeel/policy/control.h"
#include "evenkeel/policy/holdout.h"

namespace evenkeel {
namespace {

using testing::At;

HoldoutPolicy TenPercent() {
  return {.share_ppm = 100'000,
          .rotating_ppm = 40'000,
          .epochs = {{At(0), "salt-one"}, {At(90), "salt-two"}}};
}

TEST(HoldoutTest, TakesItsShareAndRotatesItsPart) {
  constexpr int kCustomers = 50'000;
  int first = 0;
  int second = 0;
  int both = 0;
  for (int i = 0; i < kCustomers; ++i) {
    const std::string customer = "c" + std::to_string(i);
    const bool in_first = DrawHoldout(TenPercent(), customer, At(1)).is_held_out;
    const bool in_second = DrawHoldout(TenPercent(), customer, At(91)).is_held_out;
    first += in_first ? 1 : 0;
    second += in_second ? 1 : 0;
    both += in_first && in_second ? 1 : 0;
  }
  // Five standard deviations: 10 % of 50,000 is 5,000 +- 67; who stays is 6 %, and a few by chance.
  EXPECT_NEAR(first, 5000, 340);
  EXPECT_NEAR(second, 5000, 340);
  EXPECT_NEAR(both, 3000 + 47'000.0 * (0.04 / 0.94) * (0.04 / 0.94), 280);
}

TEST(HoldoutTest, NobodyIsHeldOutBeforeTheFirstEpoch) {
  HoldoutPolicy all = TenPercent();
  all.share_ppm = 999'999;
  EXPECT_EQ(DrawHoldout(all, "c", {At(0).value - 1}).epoch, -1);
  EXPECT_FALSE(DrawHoldout(all, "c", {At(0).value - 1}).is_held_out);
  EXPECT_EQ(DrawHoldout(all, "c", At(90)).epoch, 1);
}

TEST(ControlTest, ASwitchStopsItsScopeOnly) {
  const SwitchSubject subject{"retention", "discount", "email", "retention/1"};
  const auto is_stopped = [&](SwitchScope scope, const char* name) {
    return FindSwitch({{scope, name, ""}}, subject) != nullptr;
  };
  EXPECT_TRUE(is_stopped(SwitchScope::kEverything, ""));
  EXPECT_TRUE(is_stopped(SwitchScope::kDomain, "retention"));
  EXPECT_FALSE(is_stopped(SwitchScope::kDomain, "expansion"));
  EXPECT_TRUE(is_stopped(SwitchScope::kAction, "discount"));
  EXPECT_FALSE(is_stopped(SwitchScope::kAction, "nudge"));
  EXPECT_TRUE(is_stopped(SwitchScope::kChannel, "email"));
  EXPECT_FALSE(is_stopped(SwitchScope::kChannel, "sms"));
  EXPECT_TRUE(is_stopped(SwitchScope::kProposer, "retention/1"));
  EXPECT_TRUE(is_stopped(SwitchScope::kProposer, "retention"));  // Of every version.
  EXPECT_FALSE(is_stopped(SwitchScope::kProposer, "retention/2"));
  EXPECT_FALSE(is_stopped(SwitchScope::kProposer, "retent"));
  EXPECT_FALSE(is_stopped(SwitchScope::kProposer, "expansion/1"));
}

TEST(ControlTest, AnUnknownLevelIsL1AndTheMoreSpecificRuleWins) {
  PolicyDefinition policy;
  EXPECT_EQ(LevelOf(policy, {}, "retention", "nudge"), AutonomyLevel::kL1);
  policy.autonomy = {{"retention", "", AutonomyLevel::kL0},
                     {"retention", "nudge", AutonomyLevel::kL2}};
  EXPECT_EQ(LevelOf(policy, {}, "retention", "nudge"), AutonomyLevel::kL2);
  EXPECT_EQ(LevelOf(policy, {}, "retention", "discount"), AutonomyLevel::kL0);
}

TEST(ControlTest, OperatorsCanOnlyLowerALevel) {
  PolicyDefinition policy;
  policy.autonomy = {{"retention", "", AutonomyLevel::kL2}};
  Control control;
  control.levels = {{"retention", "", AutonomyLevel::kL0}};
  EXPECT_EQ(LevelOf(policy, control, "retention", "nudge"), AutonomyLevel::kL0);
  control.levels = {{"retention", "", AutonomyLevel::kL4}};
  EXPECT_EQ(LevelOf(policy, control, "retention", "nudge"), AutonomyLevel::kL2);
}

}  // namespace
}  // namespace evenkeel
