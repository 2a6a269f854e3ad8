#include "executor/control_test.h"

#include <vector>

#include <gmock/gmock.h>

#include "evenkeel/codec/globals_codec.h"

namespace evenkeel::testing {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

ControlEntry Kill(const std::string& scope, bool is_engaged = true) {
  return {.set_by = "ann",
          .set = TimeMs{1},
          .reason = "prices are wrong",
          .entry = KillSwitchSetting{scope, is_engaged}};
}

ControlEntry Level(const std::string& domain, const std::string& action, AutonomyLevel level) {
  return {.set_by = "ann",
          .set = TimeMs{1},
          .reason = "",
          .entry = AutonomySetting{domain, action, level}};
}

TEST_P(ControlTest, AKillSwitchStopsACallThatIsClaimedAlready) {
  Claim();
  Say(Kill("action:payment_method_update"));
  const Receipt receipt = Receive();
  EXPECT_EQ(receipt.status, ReceiptStatus::kRefused);
  EXPECT_EQ(receipt.reason, "kill_switch");
  EXPECT_EQ(receipt.detail, "prices are wrong");
  EXPECT_THAT(rig_.target.calls, IsEmpty());
  // And what comes after it is not even claimed for a call.
  rig_.Write(rig_.ActionFor("bob", 2));
  EXPECT_THAT(rig_.ReceiptsOnceThereAre(2), SizeIs(2));
  EXPECT_THAT(rig_.target.calls, IsEmpty());
}

TEST_P(ControlTest, OnceItIsOffActionsAreCarriedOutAgain) {
  rig_.Start();
  Say(Kill("all"));
  rig_.Write(Ada());
  EXPECT_THAT(rig_.ReceiptsOnceThereAre(1), SizeIs(1));
  Say(Kill("all", false));
  rig_.Write(rig_.ActionFor("ada", 2));
  const std::vector<Receipt> receipts = rig_.ReceiptsOnceThereAre(2);
  ASSERT_THAT(receipts, SizeIs(2));
  EXPECT_EQ(receipts[0].status, ReceiptStatus::kRefused);
  EXPECT_EQ(receipts[1].status, ReceiptStatus::kDone);
}

TEST_P(ControlTest, ALevelThatWasLoweredSinceStopsACall) {
  Claim();
  Say(Level("retention", "", AutonomyLevel::kL1));
  const Receipt receipt = Receive();
  EXPECT_EQ(receipt.status, ReceiptStatus::kRefused);
  EXPECT_EQ(receipt.reason, "autonomy_level");
  EXPECT_EQ(receipt.detail, "lowered to L1");
  EXPECT_THAT(rig_.target.calls, IsEmpty());
}

// The first call may have had its effect: "refused" would be a lie.
TEST_P(ControlTest, AfterACallThatNobodyAnsweredAStopLeavesItUnknown) {
  rig_.target.script = {{.outcome = CallOutcome::kAmbiguous, .status = 0, .detail = {}}};
  rig_.target.on_call = [this](const ActionCall&) { rig_.scheduler.is_held = true; };
  rig_.Start();
  rig_.Write(Ada());
  ASSERT_TRUE(world_.Until([&] { return rig_.target.calls.size() == 1; }));
  Say(Kill("channel:email"));
  const Receipt receipt = Receive();
  EXPECT_EQ(receipt.status, ReceiptStatus::kUnknown);
  EXPECT_EQ(receipt.reason, "kill_switch");
  EXPECT_THAT(rig_.target.calls, SizeIs(1));
}

TEST_P(ControlTest, WhatCannotBeReadStopsEverything) {
  Claim();
  world_.Write({{.topic = world_.deployment.names().Control(), .key = "kill/all", .value = "?"}});
  EXPECT_TRUE(world_.Until([&] { return rig_.control().RefusalOf({}).has_value(); }));
  EXPECT_EQ(Receive().status, ReceiptStatus::kRefused);
  EXPECT_THAT(rig_.target.calls, IsEmpty());
}

}  // namespace

void ControlTest::Claim() {
  rig_.scheduler.is_held = true;
  rig_.Start();
  rig_.Write(Ada());
  ASSERT_TRUE(world_.UntilCaughtUp());
}

void ControlTest::Say(const ControlEntry& entry) {
  const auto is_stopped = [this] {
    const PlannedAction planned = Ada().planned;
    return rig_.control()
        .RefusalOf(
            {planned.domain, planned.action, planned.channel, planned.proposer, AutonomyLevel::kL2})
        .has_value();
  };
  const bool was_stopped = is_stopped();
  world_.Write({{.topic = world_.deployment.names().Control(),
                 .key = ControlKey(entry),
                 .value = EncodeControlEntry(entry)}});
  ASSERT_TRUE(world_.Until([&] { return is_stopped() != was_stopped; }));
}

Receipt ControlTest::Receive() {
  rig_.scheduler.is_held = false;
  const std::vector<Receipt> receipts = rig_.ReceiptsOnceThereAre(1);
  EXPECT_THAT(receipts, SizeIs(1));
  return receipts.empty() ? Receipt() : receipts[0];
}

}  // namespace evenkeel::testing
