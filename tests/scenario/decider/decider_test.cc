// The decider on a log: what comes in, what goes out, and what stops it.

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evenkeel/audit/chain.h"
#include "evenkeel/base/hash.h"
#include "evenkeel/codec/action_codec.h"
#include "support/signals.h"

namespace evenkeel::testing {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// Every candidate with the reasons against it, for messages.
std::string WhyNot(const Decision& decision) {
  std::string text;
  for (const Candidate& each : decision.candidates) {
    text += each.action + "/" + each.channel + " " + std::to_string(each.ev_micro);
    for (const Reason& reason : each.reasons) {
      text += " " + std::string(ReasonCodeName(reason.code)) + "(" + reason.rule + ")";
    }
    text += "\n";
  }
  return text;
}

class DeciderTest : public ::testing::Test {
 protected:
  void Open(const WorldOptions& options) {
    world_ = std::make_unique<ServiceWorld>(bench_, options);
  }
  TimeMs now() { return bench_.now().wall; }

  SimBench bench_;
  std::unique_ptr<ServiceWorld> world_;
};

class DeciderClockTest : public DeciderTest, public ::testing::WithParamInterface<ClockMode> {};

TEST_P(DeciderClockTest, ASignalBecomesARecordAndASignedAction) {
  Open({.clock = GetParam()});
  world_->Publish(DemoBundle(), 1);
  world_->StartDecider();
  WriteExpiredCard(*world_, "ada", now());
  ASSERT_TRUE(world_->UntilCaughtUp());

  const std::vector<StoredDecision> decisions = world_->DecisionsOn("ada");
  ASSERT_EQ(decisions.size(), 1U);
  const StoredDecision& stored = decisions[0];
  EXPECT_EQ(stored.decision.verdict, DecisionVerdict::kExecute) << WhyNot(stored.decision);
  EXPECT_EQ(stored.decision.candidates[stored.decision.chosen].action, "payment_method_update");
  ASSERT_TRUE(stored.envelope.trigger_position.has_value());
  EXPECT_EQ(stored.envelope.trigger_position->topic, world_->signals());
  const std::vector<OwnedRecord> input = world_->Read(world_->signals());
  EXPECT_EQ(stored.envelope.trigger_position->offset, input.back().offset);

  const std::vector<OwnedRecord> actions = world_->Actions();
  ASSERT_EQ(actions.size(), 1U);
  EXPECT_EQ(actions[0].key, "ada");
  EXPECT_EQ(actions[0].partition, stored.record.partition);
  const Result<SignedAction> signed_action = DecodeSignedAction(*actions[0].value);
  ASSERT_TRUE(signed_action.ok()) << signed_action.status().ToString();
  VerifyingKeys keys;
  keys.Add(world_->key->public_key());
  EXPECT_TRUE(keys.Verify({signed_action->key_id, signed_action->signature},
                          ActionSigningBytes(signed_action->payload))
                  .ok());
  const Result<ApprovedAction> action = DecodeApprovedAction(signed_action->payload);
  ASSERT_TRUE(action.ok());
  EXPECT_EQ(action->planned, *stored.decision.action);
  EXPECT_EQ(action->decision_digest, Sha256(stored.envelope.payload));
  EXPECT_EQ(action->is_simulated, GetParam() == ClockMode::kEvent);
  EXPECT_EQ(world_->Metric("evenkeel_decisions_total{action=\"payment_method_update\","
                           "verdict=\"execute\"}"),
            1);
}

TEST_P(DeciderClockTest, TheRecordsOfAPartitionAreOneChain) {
  Open({.clock = GetParam()});
  world_->Publish(DemoBundle(), 1);
  world_->StartDecider();
  for (int i = 0; i < 12; ++i) {
    WriteExpiredCard(*world_, "customer-" + std::to_string(i), now());
    world_->StepFor(seconds(1));
  }
  ASSERT_TRUE(world_->UntilCaughtUp());
  std::vector<ChainHead> heads(2);
  for (const StoredDecision& each : world_->Decisions()) {
    ChainHead& head = heads[static_cast<std::size_t>(each.record.partition)];
    EXPECT_EQ(each.envelope.sequence, head.sequence + 1);
    EXPECT_EQ(each.envelope.previous, head.head);
    head = ExtendChain(head, *each.record.value);
  }
  EXPECT_EQ(heads[0].sequence + heads[1].sequence, 12U);
  EXPECT_GT(heads[0].sequence, 0U);
  EXPECT_GT(heads[1].sequence, 0U);
}

INSTANTIATE_TEST_SUITE_P(Clocks, DeciderClockTest,
                         ::testing::Values(ClockMode::kWall, ClockMode::kEvent),
                         [](const auto& clock) {
                           return clock.param == ClockMode::kWall ? "Wall" : "Event";
                         });

TEST_F(DeciderTest, ADeadLetterIsSeenWithTheOffsetThatPassesIt) {
  Open({});
  world_->Publish(DemoBundle(), 1);
  world_->StartDecider();
  OwnedRecord bad = RecordOf(*world_, PaymentFailed("ada", "1", now()));
  bad.value = "no message";
  world_->Write({bad});
  const std::string group = world_->deployment.prefix + "decider";
  const TopicPartition where{bad.topic, bad.partition};
  const TopicPartition letters{TopicNames::DeadLetters(bad.topic), bad.partition};
  const std::string figure = "evenkeel_dead_letters_total{reason=\"undecodable\"}";
  int seen_apart = 0;
  int counted_early = 0;
  ASSERT_TRUE(world_->Until([&] {
    const std::vector<SimRecord> dump = bench_.sim.Dump(letters);
    const bool is_there =
        std::any_of(dump.begin(), dump.end(), [](const SimRecord& each) { return each.committed; });
    const bool is_passed = bench_.sim.CommittedOffset(group, where).value_or(0) > 0;
    seen_apart += is_there != is_passed ? 1 : 0;
    counted_early += world_->Metric(figure) > 0 && !is_passed ? 1 : 0;
    return is_there && is_passed;
  }));
  EXPECT_EQ(seen_apart, 0);
  ASSERT_TRUE(world_->UntilCaughtUp());
  EXPECT_EQ(counted_early, 0);
  EXPECT_EQ(world_->Metric(figure), 1);
}

TEST_F(DeciderTest, AStateAtItsLimitStillTakesAnOptOut) {
  Open({.state_max_bytes = 4096});
  world_->Publish(DemoBundle(), 1);
  world_->StartDecider();
  std::vector<OwnedRecord> records;
  for (int i = 0; i < 400; ++i) {
    records.push_back(RecordOf(*world_, Session("ada", std::to_string(i), now(), 60)));
  }
  world_->Write(records);
  ASSERT_TRUE(world_->UntilCaughtUp());
  const std::size_t refused = world_->DeadLetters(world_->signals()).size();
  EXPECT_GT(refused, 0U);
  for (int i = 0; i < 100; ++i) {
    Signal opt_out = SignalOf("feedback.opt_out", SignalFamily::kFeedback, "ada",
                              "out-" + std::to_string(i), now());
    opt_out.fields = {{"channel", "channel-" + std::to_string(i % 20)},
                      {"purpose", std::string("service")}};
    world_->Write({RecordOf(*world_, opt_out)});
  }
  ASSERT_TRUE(world_->UntilCaughtUp());
  EXPECT_EQ(world_->DeadLetters(world_->signals()).size(), refused);
}

TEST_F(DeciderTest, OldSignalsUpdateTheStateAndDecideNothing) {
  Open({});
  world_->Publish(DemoBundle(), 1);
  world_->StartDecider();
  // The demo asks for a failed payment to be at most three days old.
  world_->Write({RecordOf(*world_, PaymentFailed("ada", "1", now() - hours(100)))});
  ASSERT_TRUE(world_->UntilCaughtUp());
  EXPECT_THAT(world_->Decisions(), IsEmpty());
  world_->Write({RecordOf(*world_, PaymentFailed("ada", "2", now() - hours(1)))});
  ASSERT_TRUE(world_->UntilCaughtUp());
  const std::vector<StoredDecision> decisions = world_->Decisions();
  ASSERT_EQ(decisions.size(), 1U);
  const auto& features = decisions[0].decision.features;
  const auto found = std::find_if(features.begin(), features.end(), [](const UsedFeature& each) {
    return each.name == "failed_payments_30d";
  });
  ASSERT_NE(found, features.end());
  EXPECT_EQ(found->number, 2);
  EXPECT_EQ(world_->Metric("evenkeel_signals_total{family=\"billing\",result=\"applied\"}"), 2);
}

}  // namespace
}  // namespace evenkeel::testing
