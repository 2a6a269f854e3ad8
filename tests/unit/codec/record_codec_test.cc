#include <string>
#include <utility>

#include "record_samples.h"
#include <gtest/gtest.h>

#include "evenkeel/codec/action_codec.h"
#include "evenkeel/codec/commit_record_codec.h"
#include "evenkeel/codec/decision_codec.h"
#include "evenkeel/codec/globals_codec.h"

namespace evenkeel {
namespace {

using namespace testing;  // NOLINT(google-build-using-namespace): the samples

/// A field that no version of any contract has: number 1000, a varint.
const std::string kUnknownField("\xC0\x3E\x01", 3);

TEST(DecisionCodec, ADecisionComesBackWholeAndEncodesToTheSameBytes) {
  const Decision decision = SampleDecision();
  const std::string payload = EncodeDecision(decision, SampleOrigin());
  const auto back = DecodeDecision(payload);
  ASSERT_TRUE(back.ok()) << back.status().ToString();
  EXPECT_EQ(back->decision, decision);
  EXPECT_EQ(back->origin, SampleOrigin());
  EXPECT_EQ(EncodeDecision(back->decision, back->origin), payload);
}

TEST(DecisionCodec, ADecisionOfATimerThatDoesNothingComesBackWhole) {
  Decision decision = SampleDecision();
  decision.trigger = {
      .kind = TriggerKind::kTimer, .source = "", .id = "weekly", .time = kSampleTime};
  decision.candidates.resize(1);
  decision.chosen = 0;
  decision.verdict = DecisionVerdict::kNoAction;
  decision.action.reset();
  decision.next_look.reset();
  decision.holdout_epoch = -1;
  decision.arm = Arm::kTreated;
  const auto back = DecodeDecision(EncodeDecision(decision, SampleOrigin()));
  ASSERT_TRUE(back.ok()) << back.status().ToString();
  EXPECT_EQ(back->decision, decision);
}

TEST(DecisionCodec, EveryLevelVerdictAndReasonComesBack) {
  Decision decision = SampleDecision();
  for (int level = 0; level <= 5; ++level) {
    decision.candidates[1].level = static_cast<AutonomyLevel>(level);
    for (int verdict = 1; verdict <= 14; ++verdict) {
      if (verdict == 8) continue;  // A handoff: nothing makes one yet.
      decision.verdict = static_cast<DecisionVerdict>(verdict);
      EXPECT_EQ(DecodeDecision(EncodeDecision(decision, {}))->decision, decision);
    }
  }
  for (int code = 1; code <= 35; ++code) {
    decision.candidates[1].reasons = {{static_cast<ReasonCode>(code), "rule"}};
    EXPECT_EQ(DecodeDecision(EncodeDecision(decision, {}))->decision, decision) << code;
  }
}

TEST(DecisionCodec, WhatAPersonsAnswerLedToComesBackWhole) {
  const Decision decision = SampleRelease();
  const std::string payload = EncodeDecision(decision, SampleOrigin());
  const auto back = DecodeDecision(payload);
  ASSERT_TRUE(back.ok()) << back.status().ToString();
  EXPECT_EQ(back->decision, decision);
}

TEST(ActionCodec, ARequestThatIsHeldComesBackWhole) {
  const ApprovalRequest request = SampleHeldRequest(EncodeApprovedAction(SampleApprovedAction()));
  const auto back = DecodeApprovalRequest(ApprovalRequestRecordOf(request, "evenkeel.").value);
  ASSERT_TRUE(back.ok()) << back.status().ToString();
  EXPECT_EQ(*back, request);
}

TEST(DecisionCodec, WhatALaterVersionWroteIsRefusedAndWhatIsDamagedToo) {
  const std::string payload = EncodeDecision(SampleDecision(), SampleOrigin());
  EXPECT_EQ(DecodeDecision(payload + kUnknownField).status().code(),
            StatusCode::kFailedPrecondition);
  EXPECT_EQ(DecodeDecision(payload.substr(0, payload.size() - 1)).status().code(),
            StatusCode::kDataLoss);
  EXPECT_EQ(DecodeDecision("").status().code(), StatusCode::kDataLoss);
}

TEST(DecisionCodec, AnEnvelopeKeepsItsPayloadToTheByteAndNoticesAnother) {
  const DecisionEnvelope envelope =
      SampleEnvelope(EncodeDecision(SampleDecision(), SampleOrigin()));
  std::string value = EncodeDecisionEnvelope(envelope);
  const auto back = DecodeDecisionEnvelope(value);
  ASSERT_TRUE(back.ok()) << back.status().ToString();
  EXPECT_EQ(*back, envelope);
  const std::size_t place = value.find("loyalty_credit");
  ASSERT_NE(place, std::string::npos);
  value[place] = 'L';
  EXPECT_EQ(DecodeDecisionEnvelope(value).status().code(), StatusCode::kDataLoss);
}

TEST(DecisionCodec, EachOutcomeOfACandidateComesBack) {
  for (const unsigned set : {0U, 2U, 4U, 5U, 7U}) {
    Decision decision = SampleDecision();
    Candidate& candidate = decision.candidates[1];
    const UsedUplift uplift = *std::exchange(candidate.uplift, {});
    if ((set & 1U) != 0) candidate.uplift = uplift;
    if ((set & 2U) != 0) candidate.resolution = uplift;
    if ((set & 4U) != 0) candidate.complaint = uplift;
    const auto back = DecodeDecision(EncodeDecision(decision, SampleOrigin()));
    ASSERT_TRUE(back.ok()) << back.status().ToString();
    EXPECT_EQ(back->decision, decision) << set;
  }
}

TEST(DecisionCodec, AnOutcomeThatNobodyKnowsIsRefused) {
  std::string bytes = EncodeDecision(SampleDecision(), SampleOrigin());
  const std::size_t place = bytes.find("survival");
  ASSERT_NE(place, std::string::npos);
  bytes[place] = 'S';
  EXPECT_EQ(DecodeDecision(bytes).status().code(), StatusCode::kDataLoss);
}

TEST(ActionCodec, AnActionComesBackWhole) {
  struct Case {
    std::int64_t micro;
    std::int32_t payments;
  };
  for (const auto& [micro, payments] : {Case{0, 0}, Case{5'000'000, 0}, {5'000'000, 1}, {1, 3}}) {
    ApprovedAction action = SampleApprovedAction();
    action.planned.incentive_micro = micro;
    action.planned.incentive_payments = payments;
    if (micro == 0) action.currency = {};
    action.cause = "open_tickets";
    const auto back = DecodeApprovedAction(EncodeApprovedAction(action));
    ASSERT_TRUE(back.ok()) << back.status().ToString();
    EXPECT_EQ(*back, action);
  }
}

TEST(ActionCodec, AnExecutorNeverDoesHalfOfWhatItDoesNotKnow) {
  const std::string payload = EncodeApprovedAction(SampleApprovedAction());
  EXPECT_EQ(DecodeApprovedAction(payload + kUnknownField).status().code(),
            StatusCode::kFailedPrecondition);
  EXPECT_FALSE(DecodeApprovedAction("").ok());
}

TEST(ActionCodec, TheSignedFormKeepsThePayloadToTheByteAndNoticesAnother) {
  SignedAction signed_action{.payload = EncodeApprovedAction(SampleApprovedAction()),
                             .key_id = "0123456789abcdef",
                             .signature = {}};
  signed_action.signature.fill(3);
  EncodedRecord record = ActionRecordOf(SampleApprovedAction(), signed_action);
  EXPECT_EQ(record.key, "customer-1");
  const auto back = DecodeSignedAction(record.value);
  ASSERT_TRUE(back.ok()) << back.status().ToString();
  EXPECT_EQ(*back, signed_action);
  record.value[record.value.find("loyalty_credit")] = 'L';
  EXPECT_EQ(DecodeSignedAction(record.value).status().code(), StatusCode::kDataLoss);
}

TEST(ActionCodec, ASignatureOfAnActionIsForActionsOnly) {
  const std::string bytes = ActionSigningBytes("payload");
  EXPECT_EQ(bytes, std::string("evenkeel.action.v1\0payload", 26));
  EXPECT_NE(bytes.substr(0, 19), BundleSigningBytes(SampleActiveBundle()).substr(0, 19));
}

TEST(ActionCodec, ARequestForApprovalComesBackWholeAndNoticesAnotherAction) {
  const ApprovalRequest request =
      SampleApprovalRequest(EncodeApprovedAction(SampleApprovedAction()));
  EncodedRecord record = ApprovalRequestRecordOf(request, "evenkeel.");
  const auto back = DecodeApprovalRequest(record.value);
  ASSERT_TRUE(back.ok()) << back.status().ToString();
  EXPECT_EQ(*back, request);
  record.value[record.value.find("loyalty_credit")] = 'L';
  EXPECT_EQ(DecodeApprovalRequest(record.value).status().code(), StatusCode::kDataLoss);
}

TEST(CommitRecordCodec, ARecordComesBackWhole) {
  const CommitRecord record = SampleCommitRecord();
  const auto back = DecodeCommitRecord(EncodeCommitRecord(record));
  ASSERT_TRUE(back.ok()) << back.status().ToString();
  EXPECT_EQ(*back, record);
}

TEST(CommitRecordCodec, ALaterFormatOrPartIsRefused) {
  CommitRecord record = SampleCommitRecord();
  EXPECT_EQ(DecodeCommitRecord(EncodeCommitRecord(record) + kUnknownField).status().code(),
            StatusCode::kFailedPrecondition);
  record.format = 2;
  EXPECT_EQ(DecodeCommitRecord(EncodeCommitRecord(record)).status().code(),
            StatusCode::kFailedPrecondition);
}

TEST(GlobalsCodec, PartsOfBundlesAndThePointerComeBackWhole) {
  const auto chunk = DecodeBundleChunk(EncodeBundleChunk(SampleBundleChunk()));
  ASSERT_TRUE(chunk.ok()) << chunk.status().ToString();
  EXPECT_EQ(*chunk, SampleBundleChunk());
  EXPECT_TRUE(BundleChunkKey(*chunk).starts_with("demo@0606"));
  EXPECT_TRUE(BundleChunkKey(*chunk).ends_with("/1"));
  const auto active = DecodeActiveBundle(EncodeActiveBundle(SampleActiveBundle()));
  ASSERT_TRUE(active.ok()) << active.status().ToString();
  EXPECT_EQ(*active, SampleActiveBundle());
}

TEST(GlobalsCodec, EveryControlEntryComesBackWholeUnderItsOwnKey) {
  ControlEntry entry = SampleControlEntry();
  EXPECT_EQ(*DecodeControlEntry(EncodeControlEntry(entry)), entry);
  EXPECT_EQ(ControlKey(entry), "kill/action:loyalty_credit");
  entry.entry = AutonomySetting{.domain = "retention", .action = "", .level = AutonomyLevel::kL0};
  EXPECT_EQ(*DecodeControlEntry(EncodeControlEntry(entry)), entry);
  EXPECT_EQ(ControlKey(entry), "level/retention/");
  entry.entry = ControlHeartbeat{.sequence = 4, .valid_until = kSampleTime};
  EXPECT_EQ(*DecodeControlEntry(EncodeControlEntry(entry)), entry);
  EXPECT_EQ(ControlKey(entry, "console"), "heartbeat/console");
}

TEST(GlobalsCodec, ControlRefusesWhatItDoesNotKnow) {
  const ControlEntry entry = SampleControlEntry();
  EXPECT_EQ(DecodeControlEntry(EncodeControlEntry(entry) + kUnknownField).status().code(),
            StatusCode::kFailedPrecondition);
  ControlEntry odd = entry;
  odd.entry = KillSwitchSetting{.scope = "everything", .is_engaged = true};
  EXPECT_EQ(DecodeControlEntry(EncodeControlEntry(odd)).status().code(), StatusCode::kDataLoss);
}

}  // namespace
}  // namespace evenkeel
