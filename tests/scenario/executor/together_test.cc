// Decider and executor on one log: what the one decides, the other does, and the first hears of it.

#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/executor_rig.h"
#include "support/signals.h"

namespace evenkeel::testing {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class TogetherTest : public ::testing::Test {
 protected:
  TogetherTest() : world_(bench_, {}), rig_(world_) {
    world_.Publish(Default(), 1);
    world_.StartDecider();
    rig_.Start();
  }

  /// The demo, in which asking for a new card is a contact like others, and nobody is held out.
  static BundleFiles Default() {
    BundleFiles files = DemoBundle();
    Replace(files.at("catalogue.yaml"), "class: transactional", "class: default");
    Replace(files.at("policy.yaml"), "min_interval: 12h", "min_interval: 1s");
    Replace(files.at("bundle.yaml"), "share: 10 %", "share: 0 %");
    return files;
  }
  static void Replace(std::string& text, const std::string& from, const std::string& to) {
    for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
      text.replace(at, from.size(), to);
    }
  }

  /// Why the action was not chosen in the newest decision about ada; empty if it was.
  std::vector<std::string> ReasonsAgainst(const std::string& action) {
    const std::vector<StoredDecision> decisions = world_.DecisionsOn("ada");
    std::vector<std::string> reasons;
    for (const Candidate& each : decisions.back().decision.candidates) {
      if (each.action != action || each.channel != "email") continue;
      for (const Reason& reason : each.reasons) {
        reasons.emplace_back(ReasonCodeName(reason.code));
      }
    }
    return reasons;
  }

  /// A first decision, its action carried out as the target says, and then a second one.
  void DecideTwice() {
    WriteExpiredCard(world_, "ada", bench_.now().wall);
    EXPECT_THAT(rig_.ReceiptsOnceThereAre(1), SizeIs(1));
    world_.Write({RecordOf(world_, PaymentFailed("ada", "again", bench_.now().wall))});
    ASSERT_TRUE(world_.UntilCaughtUp());
    ASSERT_THAT(world_.DecisionsOn("ada"), SizeIs(2));
  }

  SimBench bench_;
  ServiceWorld world_;
  ExecutorRig rig_;
};

TEST_F(TogetherTest, WhatIsDecidedIsDoneOnceAndHeardOf) {
  WriteExpiredCard(world_, "ada", bench_.now().wall);
  const std::vector<Receipt> receipts = rig_.ReceiptsOnceThereAre(1);
  ASSERT_THAT(receipts, SizeIs(1));
  const std::vector<StoredDecision> decisions = world_.DecisionsOn("ada");
  ASSERT_THAT(decisions, SizeIs(1));
  EXPECT_EQ(receipts[0].status, ReceiptStatus::kDone);
  EXPECT_EQ(receipts[0].decision_id, decisions[0].decision.decision_id);
  EXPECT_EQ(receipts[0].action_id, decisions[0].decision.action->action_id);
  ASSERT_THAT(rig_.target.calls, SizeIs(1));
  EXPECT_EQ(world_.Metric("evenkeel_signals_total{family=\"receipt\",result=\"applied\"}"), 1);
  EXPECT_THAT(world_.DeadLetters(world_.deployment.names().Receipts()), SizeIs(0));
}

TEST_F(TogetherTest, ADoneActionCountsAsAContact) {
  DecideTwice();
  EXPECT_THAT(ReasonsAgainst("payment_method_update"), Contains("cool_down"));
}

TEST_F(TogetherTest, AFailedOneGivesItsReservationBack) {
  rig_.target.script = {{.outcome = CallOutcome::kFailed, .status = 410, .detail = {}}};
  DecideTwice();
  EXPECT_THAT(ReasonsAgainst("payment_method_update"), IsEmpty());
  EXPECT_THAT(rig_.ReceiptsOnceThereAre(2), SizeIs(2));
}

}  // namespace
}  // namespace evenkeel::testing
