#include "evenkeel/codec/dump.h"

#include <string>

#include "record_samples.h"
#include <gtest/gtest.h>

#include "evenkeel/codec/action_codec.h"
#include "evenkeel/codec/commit_record_codec.h"
#include "evenkeel/codec/decision_codec.h"
#include "evenkeel/codec/globals_codec.h"
#include "evenkeel/codec/signal_encoder.h"

namespace evenkeel {
namespace {

using namespace testing;  // NOLINT(google-build-using-namespace): the samples

void ExpectHas(const Result<std::string>& json, const std::string& part) {
  ASSERT_TRUE(json.ok()) << json.status().ToString();
  EXPECT_NE(json->find(part), std::string::npos) << *json;
  EXPECT_EQ(json->find('\n'), std::string::npos);
}

TEST(Dump, ASignalIsShownWithTheNamesOfTheContract) {
  const EncodedRecord record =
      *EncodeSignal(SampleSignal(*FindSignalType("billing.payment_attempt"), 1, false));
  const auto json =
      DumpValue(TopicKind::kSignal, "evenkeel.signal.billing.payment_attempt.v1", record.value);
  ExpectHas(json, "\"next_attempt_time_ms\":\"17");
  EXPECT_EQ(DumpValue(TopicKind::kSignal, "x", record.value).status().code(),
            StatusCode::kInvalidArgument);
}

TEST(Dump, ADecisionIsShownWithItsPayloadDecoded) {
  const auto json = DumpValue(
      TopicKind::kDecision, "",
      EncodeDecisionEnvelope(SampleEnvelope(EncodeDecision(SampleDecision(), SampleOrigin()))));
  ExpectHas(json, "\"sequence\":\"77\"");
  ExpectHas(json, "\"decoded\":{\"format\":1");
  ExpectHas(json, "\"code\":\"REASON_CODE_CAP\"");
  ExpectHas(json, "\"basis\":\"EV_PART_BASIS_NOT_MODELLED\"");
}

TEST(Dump, AnActionAndARequestAreShownWithTheExactAction) {
  const ApprovedAction action = SampleApprovedAction();
  const SignedAction unsigned_action{
      .payload = EncodeApprovedAction(action), .key_id = {}, .signature = {}};
  ExpectHas(DumpValue(TopicKind::kAction, "", ActionRecordOf(action, unsigned_action).value),
            "\"decoded\":{\"format\":1,\"action_id\":\"aaaa");
  ExpectHas(
      DumpValue(
          TopicKind::kApprovalRequest, "",
          ApprovalRequestRecordOf(SampleApprovalRequest(unsigned_action.payload), "e.").value),
      "\"decoded\":{\"format\":1,\"action_id\":\"aaaa");
}

TEST(Dump, WhatIsSomethingElseIsSaidToBe) {
  ExpectHas(DumpValue(TopicKind::kCommitRecord, "", EncodeCommitRecord(SampleCommitRecord())),
            "\"chain_sequence\":\"17\"");
  ExpectHas(DumpValue(TopicKind::kControl, "", EncodeControlEntry(SampleControlEntry())),
            "\"scope\":\"action:loyalty_credit\"");
  EXPECT_EQ(DumpValue(TopicKind::kDecision, "", "\xFF\xFF").status().code(), StatusCode::kDataLoss);
}

}  // namespace
}  // namespace evenkeel
