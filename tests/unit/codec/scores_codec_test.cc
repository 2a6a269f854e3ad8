#include "evenkeel/codec/scores_codec.h"

#include <string>

#include "record_samples.h"
#include <gtest/gtest.h>

#include "evenkeel/codec/decision_codec.h"

namespace evenkeel {
namespace {

using testing::DigestOf;
using testing::kSampleTime;
using testing::SampleDecision;

CustomerScores Sample() {
  return {.customer = CustomerId("customer-1"),
          .as_of = kSampleTime,
          .churn = SampleDecision().churn,
          .bundle = "demo",
          .bundle_version = "7",
          .bundle_digest = DigestOf(9),
          .environment = Environment::kUat,
          .task_sequence = 42};
}

TEST(ScoresCodec, ScoresComeBackWholeAndEncodeToTheSameBytes) {
  const std::string value = EncodeCustomerScores(Sample());
  const auto back = DecodeCustomerScores(value);
  ASSERT_TRUE(back.ok()) << back.status().ToString();
  EXPECT_EQ(*back, Sample());
  EXPECT_EQ(EncodeCustomerScores(*back), value);
}

TEST(ScoresCodec, TheRecordIsKeyedByTheCustomerAndNamedByItsContent) {
  const EncodedRecord record = ScoresRecordOf(Sample(), "evenkeel.");
  EXPECT_EQ(record.key, "customer-1");
  EXPECT_EQ(record.value, EncodeCustomerScores(Sample()));
  CustomerScores moved = Sample();
  ++moved.churn.churn_ppb;
  EXPECT_EQ(ScoresRecordOf(Sample(), "evenkeel.").headers, record.headers);
  EXPECT_NE(ScoresRecordOf(moved, "evenkeel.").headers, record.headers);
}

TEST(ScoresCodec, WhatIsDamagedOrOfALaterFormatIsRefused) {
  const std::string value = EncodeCustomerScores(Sample());
  EXPECT_EQ(DecodeCustomerScores("nonsense").status().code(), StatusCode::kDataLoss);
  EXPECT_EQ(DecodeCustomerScores(value.substr(0, value.size() / 2)).status().code(),
            StatusCode::kDataLoss);
  const std::string unknown_field("\xC0\x3E\x01", 3);
  EXPECT_FALSE(DecodeCustomerScores(value + unknown_field).ok());
}

TEST(ScoresCodec, ADecisionThatWasAskedForComesBackWhole) {
  Decision decision = SampleDecision();
  decision.trigger = {.kind = TriggerKind::kQuery, .source = {}, .id = "request-1", .time = {}};
  const auto back = DecodeDecision(EncodeDecision(decision, {}));
  ASSERT_TRUE(back.ok()) << back.status().ToString();
  EXPECT_EQ(back->decision, decision);
}

}  // namespace
}  // namespace evenkeel
