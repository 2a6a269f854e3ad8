// Approvals through the topics: what a person is asked, what an answer does, what refuses it.

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evenkeel/codec/action_codec.h"
#include "evenkeel/codec/globals_codec.h"
#include "support/signals.h"

namespace evenkeel::testing {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

void Replace(std::string& text, const std::string& from, const std::string& to) {
  EVENKEEL_CHECK(text.find(from) != std::string::npos);
  text.replace(text.find(from), from.size(), to);
}

/// The demo, in which nobody is held out, and who does not answer within a minute says no.
BundleFiles Asking() {
  BundleFiles files = DemoBundle();
  Replace(files.at("bundle.yaml"), "share: 10 %", "share: 0 %");
  Replace(files.at("policy.yaml"), "expires_after: 3d", "expires_after: 1min");
  return files;
}

class ApprovalsTest : public ::testing::Test {
 protected:
  void Open(const WorldOptions& options) {
    world_ = std::make_unique<ServiceWorld>(bench_, options);
    world_->Publish(Asking(), 1);
    world_->StartDecider();
  }
  TimeMs now() { return bench_.now().wall; }

  std::vector<ApprovalRequest> Requests() {
    std::vector<ApprovalRequest> requests;
    for (const OwnedRecord& record : world_->Read(world_->deployment.names().ApprovalRequests())) {
      Result<ApprovalRequest> request = DecodeApprovalRequest(record.value.value_or(""));
      EXPECT_TRUE(request.ok()) << request.status().ToString();
      if (request.ok()) requests.push_back(*std::move(request));
    }
    return requests;
  }
  std::vector<ApprovalState> States() {
    std::vector<ApprovalState> states;
    for (const ApprovalRequest& request : Requests()) states.push_back(request.state);
    return states;
  }

  /// A customer wants to leave, and a person is asked.
  ApprovalRequest Ask(const std::string& customer = "ada") {
    const std::size_t before = Requests().size();
    WriteWishToLeave(*world_, customer, now());
    EXPECT_TRUE(world_->UntilCaughtUp());
    const std::vector<ApprovalRequest> requests = Requests();
    EXPECT_EQ(requests.size(), before + 1);
    for (const ApprovalRequest& request : requests) {
      if (request.customer.value() == customer) return request;
    }
    return {};
  }

  static Verdict Yes(const ApprovalRequest& request, const std::string& id) {
    return {.verdict_id = id,
            .approval_id = request.approval_id,
            .action_id = request.action_id,
            .action_digest = request.action_digest,
            .kind = VerdictKind::kApproved,
            .approver = "ann",
            .approver_role = "approver",
            .comment = "a good customer",
            .policy_revision = request.policy_revision};
  }

  OwnedRecord RecordOfVerdict(const ApprovalRequest& request, Verdict verdict) {
    verdict.decided = now();
    const Signal signal = SignalOf("verdict", SignalFamily::kVerdict, request.customer.value(),
                                   verdict.verdict_id, now());
    return RecordOf(*world_, signal, verdict);
  }
  void Answer(const ApprovalRequest& request, const Verdict& verdict) {
    world_->Write({RecordOfVerdict(request, verdict)});
    ASSERT_TRUE(world_->UntilCaughtUp());
  }

  ApprovedAction OnlyAction() {
    const std::vector<OwnedRecord> records = world_->Actions();
    EXPECT_EQ(records.size(), 1U);
    const Result<SignedAction> signed_action = DecodeSignedAction(*records.at(0).value);
    EXPECT_TRUE(signed_action.ok());
    VerifyingKeys keys;
    keys.Add(world_->key->public_key());
    EXPECT_TRUE(keys.Verify({signed_action->key_id, signed_action->signature},
                            ActionSigningBytes(signed_action->payload))
                    .ok());
    return DecodeApprovedAction(signed_action->payload).value();
  }

  void Control(std::variant<KillSwitchSetting, AutonomySetting, ControlHeartbeat> setting) {
    const ControlEntry entry{
        .set_by = "olga", .set = now(), .reason = "a test", .entry = std::move(setting)};
    world_->Write({{.topic = world_->deployment.names().Control(),
                    .key = ControlKey(entry),
                    .value = EncodeControlEntry(entry)}});
    world_->StepFor(seconds(2));
  }

  DecisionVerdict LastVerdict(const std::string& customer = "ada") {
    return world_->DecisionsOn(customer).back().decision.verdict;
  }

  SimBench bench_;
  std::unique_ptr<ServiceWorld> world_;
};

class ApprovalsClockTest : public ApprovalsTest, public ::testing::WithParamInterface<ClockMode> {};

TEST_P(ApprovalsClockTest, AYesLetsExactlyWhatWasAskedGoSignedAndNamed) {
  Open({.clock = GetParam()});
  const ApprovalRequest request = Ask();
  EXPECT_THAT(world_->Actions(), IsEmpty());
  EXPECT_EQ(request.is_simulated, GetParam() == ClockMode::kEvent);
  EXPECT_EQ(request.amount, (Money{11'250'000, 6, {{'E', 'U', 'R'}}}));
  const Result<ApprovedAction> asked = DecodeApprovedAction(request.action);
  ASSERT_TRUE(asked.ok()) << asked.status().ToString();
  EXPECT_EQ(asked->basis, ApprovalBasis::kPerson);
  EXPECT_EQ(asked->approver, "");
  EXPECT_EQ(asked->approval_id, request.approval_id);

  Answer(request, Yes(request, "v1"));
  const ApprovedAction action = OnlyAction();
  EXPECT_EQ(action.approver, "ann");
  EXPECT_GE(action.planned.send_from, asked->planned.send_from);
  EXPECT_LE(action.planned.send_by, asked->planned.send_by);
  EXPECT_EQ(action.expires, action.planned.send_by);
  // All else is what the person saw.
  ApprovedAction same = action;
  same.approver.clear();
  same.issued = asked->issued;
  same.expires = asked->expires;
  same.planned.send_from = asked->planned.send_from;
  same.planned.send_by = asked->planned.send_by;
  EXPECT_EQ(same, *asked);

  EXPECT_THAT(States(), ElementsAre(ApprovalState::kOpen, ApprovalState::kReleased));
  const ApprovalRequest closed = Requests().back();
  EXPECT_EQ(closed.action, request.action);
  EXPECT_EQ(closed.approver, "ann");
  EXPECT_EQ(closed.verdict_id, "v1");
  const std::vector<StoredDecision> decisions = world_->DecisionsOn("ada");
  ASSERT_THAT(decisions, SizeIs(2));
  EXPECT_EQ(decisions[1].decision.verdict, DecisionVerdict::kReleased);
  EXPECT_EQ(decisions[1].decision.answer->comment, "a good customer");
  EXPECT_EQ(decisions[1].envelope.trigger_position->topic, world_->deployment.names().Verdicts());
  EXPECT_EQ(decisions[1].envelope.sequence, decisions[0].envelope.sequence + 1);
}

INSTANTIATE_TEST_SUITE_P(Clocks, ApprovalsClockTest,
                         ::testing::Values(ClockMode::kWall, ClockMode::kEvent),
                         [](const auto& clock) {
                           return clock.param == ClockMode::kWall ? "Wall" : "Event";
                         });

TEST_F(ApprovalsTest, WhatIsNoAnswerIsADeadLetterWithItsReason) {
  Open({});
  const ApprovalRequest request = Ask();
  Verdict unknown = Yes(request, "v1");
  unknown.approval_id = std::string(32, '0');
  Verdict other = Yes(request, "v2");
  other.action_digest[0] ^= 1;
  Verdict own = Yes(request, "v3");
  own.approver = request.proposer;
  Verdict role = Yes(request, "v4");
  role.approver_role = "auditor";
  world_->Write({RecordOfVerdict(request, unknown), RecordOfVerdict(request, other),
                 RecordOfVerdict(request, own), RecordOfVerdict(request, role)});
  ASSERT_TRUE(world_->UntilCaughtUp());
  std::vector<std::string> reasons;
  for (const OwnedRecord& letter : world_->DeadLetters(world_->deployment.names().Verdicts())) {
    reasons.push_back(HeaderOf(letter, "evenkeel.errors.reason"));
  }
  EXPECT_THAT(reasons, UnorderedElementsAre("unknown_approval", "approval_mismatch", "own_proposal",
                                            "role_not_allowed"));
  EXPECT_THAT(world_->Actions(), IsEmpty());
  EXPECT_THAT(States(), ElementsAre(ApprovalState::kOpen));
}

TEST_F(ApprovalsTest, AVerdictAboutANobodyLeavesNoTrace) {
  Open({});
  ApprovalRequest request;
  request.customer = CustomerId("nobody");
  request.approval_id = request.action_id = std::string(32, 'a');
  Answer(request, Yes(request, "v1"));
  EXPECT_THAT(world_->DeadLetters(world_->deployment.names().Verdicts()), SizeIs(1));
  EXPECT_THAT(world_->Decisions(), IsEmpty());
}

TEST_F(ApprovalsTest, OfTwoPeopleAtOnceOneWinsAndTheOtherIsTold) {
  Open({});
  const ApprovalRequest request = Ask();
  Verdict no = Yes(request, "v2");
  no.kind = VerdictKind::kRejected;
  no.approver = "bob";
  world_->Write({RecordOfVerdict(request, Yes(request, "v1")), RecordOfVerdict(request, no)});
  ASSERT_TRUE(world_->UntilCaughtUp());
  EXPECT_EQ(OnlyAction().approver, "ann");
  const StoredDecision told = world_->DecisionsOn("ada").back();
  EXPECT_EQ(told.decision.verdict, DecisionVerdict::kNoEffect);
  EXPECT_EQ(told.decision.answer->approver, "bob");
  EXPECT_THAT(world_->DeadLetters(world_->deployment.names().Verdicts()), IsEmpty());
  EXPECT_EQ(world_->Metric("evenkeel_decisions_total{action=\"discount_25\",verdict=\"released\"}"),
            1);
}

TEST_F(ApprovalsTest, ARequestOutlivesTheProcess) {
  Open({});
  const ApprovalRequest request = Ask();
  world_->Crash("d1");
  world_->StartDecider("d2");
  Answer(request, Yes(request, "v1"));
  EXPECT_EQ(OnlyAction().planned.action_id, request.action_id);
}

TEST_F(ApprovalsTest, NobodyAnswersAndThatMeansNo) {
  Open({});
  const ApprovalRequest request = Ask();
  world_->StepFor(seconds(62));
  EXPECT_THAT(States(), ElementsAre(ApprovalState::kOpen, ApprovalState::kExpired));
  EXPECT_EQ(LastVerdict(), DecisionVerdict::kExpired);
  Answer(request, Yes(request, "v1"));
  EXPECT_EQ(LastVerdict(), DecisionVerdict::kNoEffect);
  EXPECT_THAT(world_->Actions(), IsEmpty());
}

class ApprovalsSwitchTest : public ApprovalsTest,
                            public ::testing::WithParamInterface<const char*> {};

TEST_P(ApprovalsSwitchTest, StopsWhatIsApproved) {
  Open({});
  const ApprovalRequest request = Ask();
  Control(KillSwitchSetting{.scope = GetParam(), .is_engaged = true});
  Answer(request, Yes(request, "v1"));
  EXPECT_EQ(LastVerdict(), DecisionVerdict::kNotReleased);
  EXPECT_EQ(Requests().back().closed_reason, "kill_switch");
  EXPECT_THAT(world_->Actions(), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Scopes, ApprovalsSwitchTest,
                         ::testing::Values("all", "domain:retention", "action:discount_25",
                                           "channel:email", "proposer:retention/1"));

TEST_F(ApprovalsTest, ALevelOfTheTopicHoldsAtRelease) {
  Open({});
  const ApprovalRequest request = Ask();
  Control(AutonomySetting{.domain = "retention", .action = "", .level = AutonomyLevel::kL1});
  Answer(request, Yes(request, "v1"));
  EXPECT_EQ(LastVerdict(), DecisionVerdict::kNotReleased);
  EXPECT_EQ(Requests().back().closed_reason, "level_too_low");
}

TEST_F(ApprovalsTest, AReleaseIsCheckedUnderTheBundleInForce) {
  Open({});
  const ApprovalRequest request = Ask();
  BundleFiles files = Asking();
  Replace(files.at("policy.yaml"), "role: approver", "role: risk_officer");
  Replace(files.at("bundle.yaml"), "version: \"1\"", "version: \"2\"");
  world_->Publish(files, 2);
  world_->StepFor(seconds(2));
  Answer(request, Yes(request, "v1"));
  const Decision decision = world_->DecisionsOn("ada").back().decision;
  EXPECT_EQ(decision.verdict, DecisionVerdict::kNotReleased);
  EXPECT_EQ(decision.policy_version, "2");
  EXPECT_EQ(Requests().back().closed_reason, "role_not_allowed");
  EXPECT_EQ(Requests().back().policy_revision, "1");
}

TEST_F(ApprovalsTest, WhoIsForgottenTakesTheRequestAlong) {
  Open({});
  const ApprovalRequest request = Ask();
  const Signal forget = SignalOf("forget", SignalFamily::kForget, "ada", "f", now());
  world_->Write({RecordOf(*world_, forget, Forget{.request_id = "f", .reason = "asked"})});
  ASSERT_TRUE(world_->UntilCaughtUp());
  EXPECT_THAT(States(), ElementsAre(ApprovalState::kOpen, ApprovalState::kWithdrawn));
  Answer(request, Yes(request, "v1"));
  EXPECT_THAT(world_->DeadLetters(world_->deployment.names().Verdicts()), SizeIs(1));
  EXPECT_THAT(world_->Actions(), IsEmpty());
}

/// A closed world paced by ticks: who wants to leave, the person's yes, another who waits in vain.
std::vector<std::string> LiveByTicks() {
  SimBench bench;
  ServiceWorld world(bench, {.clock = ClockMode::kEvent, .to_tick = true});
  BundleFiles files = DemoBundle();
  Replace(files.at("bundle.yaml"), "share: 10 %", "share: 0 %");
  world.Publish(files, 1);
  world.StartDecider();
  const TimeMs start = bench.now().wall;
  WriteWishToLeave(world, "ada", start);
  WriteWishToLeave(world, "bob", start + seconds(1));
  WriteTick(world, start + hours(1));
  EXPECT_TRUE(world.UntilCaughtUp());
  std::vector<OwnedRecord> answers;
  for (const OwnedRecord& record : world.Read(world.deployment.names().ApprovalRequests())) {
    const ApprovalRequest request = DecodeApprovalRequest(*record.value).value();
    if (request.customer.value() != "ada") continue;
    const Verdict yes{.verdict_id = "v1",
                      .approval_id = request.approval_id,
                      .action_id = request.action_id,
                      .action_digest = request.action_digest,
                      .kind = VerdictKind::kApproved,
                      .approver = "ann",
                      .approver_role = "approver",
                      .decided = start + hours(1)};
    const Signal signal = SignalOf("verdict", SignalFamily::kVerdict, "ada", "v1", yes.decided);
    answers.push_back(RecordOf(world, signal, yes));
  }
  EXPECT_THAT(answers, SizeIs(1));
  world.Write(answers);
  WriteTick(world, start + hours(24));
  EXPECT_TRUE(world.UntilCaughtUp());
  WriteTick(world, start + hours(24 * 4));
  EXPECT_TRUE(world.UntilCaughtUp());
  std::vector<std::string> written;
  for (const StoredDecision& each : world.Decisions()) {
    written.push_back(std::string(DecisionVerdictName(each.decision.verdict)) + " " +
                      each.envelope.payload);
  }
  EXPECT_THAT(world.Read(world.deployment.names().Actions("email")), SizeIs(1));
  return written;
}

TEST(ApprovalsByTicksTest, AWholeLifeIsExactlyRepeatable) {
  const std::vector<std::string> first = LiveByTicks();
  std::vector<std::string> verdicts;
  for (const std::string& each : first) verdicts.push_back(each.substr(0, each.find(' ')));
  EXPECT_THAT(verdicts, Contains("ask_approval").Times(2));
  EXPECT_THAT(verdicts, Contains("released").Times(1));
  EXPECT_THAT(verdicts, Contains("expired").Times(1));
  EXPECT_THAT(verdicts, Not(Contains("no_effect")));
  EXPECT_EQ(LiveByTicks(), first);
}

}  // namespace
}  // namespace evenkeel::testing
