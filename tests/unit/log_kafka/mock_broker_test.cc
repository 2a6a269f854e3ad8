#include "mock_broker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace evenkeel::testing {
namespace {

class MockBrokerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    broker_.MakeTopic("in", 2);
    broker_.MakeTopic("out", 2);
    writer_ = broker_.Open({.transactional_id = "writer",
                            .inputs = {"in"},
                            .offsets_group = "group",
                            .transaction_timeout = std::chrono::milliseconds(5000)});
    ASSERT_TRUE(writer_->Init().ok());
  }

  /// One transaction with a record and a position.
  TransactionDone Transact() {
    (*writer_)->Begin();
    EXPECT_EQ(writer_->Produce({.topic = "out", .key = "k", .value = "v"}),
              ProduceResult::kAccepted);
    return writer_->Commit({{.input = 0, .row = 0, .next = 1}});
  }

  KafkaSessionStats stats() { return *KafkaStatsOf(**writer_); }

  /// The renewal follows the answer.
  bool RenewedTo(std::uint64_t count) {
    return writer_->Until([&] { return stats().producer_renewals >= count; });
  }

  MockBroker broker_;
  std::unique_ptr<LogDriver> writer_;
};

TEST_F(MockBrokerTest, WithoutTroubleTheProducerIsKept) {
  for (int i = 0; i < 5; ++i) ASSERT_EQ(Transact().outcome, CommitOutcome::kAcknowledged);
  EXPECT_EQ(stats().producer_renewals, 0U);
  EXPECT_EQ(stats().commits, 5U);
}

// Each of these says that the membership is not ours any more: nothing was committed.
class MembershipErrorTest : public MockBrokerTest,
                            public ::testing::WithParamInterface<rd_kafka_resp_err_t> {};

TEST_P(MembershipErrorTest, AbortsAndGoesOnWithANewProducer) {
  broker_.Push(MockBroker::kTxnOffsetCommit, {GetParam()});
  const TransactionDone done = Transact();
  EXPECT_EQ(done.outcome, CommitOutcome::kAborted) << done.status.ToString();
  EXPECT_FALSE(done.status.ok());
  ASSERT_TRUE(RenewedTo(1));
  EXPECT_EQ(stats().aborts, 1U);
  EXPECT_EQ(Transact().outcome, CommitOutcome::kAcknowledged);
}

INSTANTIATE_TEST_SUITE_P(Codes, MembershipErrorTest,
                         ::testing::Values(RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION,
                                           RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID,
                                           RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID));

TEST_F(MockBrokerTest, ALostConnectionAtTheEndCommitsAndRenewsTheProducer) {
  broker_.Push(MockBroker::kEndTxn, {RD_KAFKA_RESP_ERR__TRANSPORT});
  EXPECT_EQ(Transact().outcome, CommitOutcome::kAcknowledged);
  ASSERT_TRUE(RenewedTo(1)) << "a late end of this transaction could hit the next one";
  EXPECT_EQ(Transact().outcome, CommitOutcome::kAcknowledged);
  EXPECT_EQ(stats().producer_renewals, 1U);
}

TEST_F(MockBrokerTest, AnAbortRenewsTheProducer) {
  (*writer_)->Begin();
  ASSERT_EQ(writer_->Produce({.topic = "out", .value = "v"}), ProduceResult::kAccepted);
  EXPECT_EQ(writer_->Abort().outcome, CommitOutcome::kAborted);
  ASSERT_TRUE(RenewedTo(1));
  EXPECT_EQ(Transact().outcome, CommitOutcome::kAcknowledged);
}

TEST_F(MockBrokerTest, BeginIsLegalWhileTheProducerIsRenewed) {
  (*writer_)->Begin();
  ASSERT_EQ(writer_->Abort().outcome, CommitOutcome::kAborted);
  (*writer_)->Begin();
  const TransactionDone done = writer_->Commit({{.input = 0, .row = 0, .next = 1}});
  EXPECT_EQ(done.outcome, CommitOutcome::kAcknowledged) << done.status.ToString();
}

TEST_F(MockBrokerTest, BeingFencedAtTheEndEndsTheSession) {
  broker_.Push(MockBroker::kEndTxn, {RD_KAFKA_RESP_ERR_PRODUCER_FENCED});
  EXPECT_EQ(Transact().outcome, CommitOutcome::kFenced);
  EXPECT_EQ(stats().fenced, 1U);
  EXPECT_EQ(stats().unknown_outcomes, 1U);
  // A dead session still answers.
  (*writer_)->Begin();
  EXPECT_EQ((*writer_)->Produce({.topic = "out", .value = "v"}), ProduceResult::kRefused);
  EXPECT_EQ(writer_->Commit().outcome, CommitOutcome::kUnknown);
}

TEST_F(MockBrokerTest, AnOldEpochAtTheOffsetsIsFencing) {
  broker_.Push(MockBroker::kTxnOffsetCommit, {RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH});
  EXPECT_EQ(Transact().outcome, CommitOutcome::kFenced);
}

TEST_F(MockBrokerTest, ACoordinatorThatIsNotThereYetIsWaitedFor) {
  broker_.Push(MockBroker::kEndTxn,
               {RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_NOT_COORDINATOR});
  EXPECT_EQ(Transact().outcome, CommitOutcome::kAcknowledged);
}

TEST_F(MockBrokerTest, AnUnknownTopicIsRefusedAndTheTransactionAborted) {
  (*writer_)->Begin();
  // The mock makes topics it is asked for; a partition beyond their number it does not.
  EXPECT_EQ(writer_->Produce({.topic = "out", .partition = 7, .value = "v"}),
            ProduceResult::kRefused);
  const TransactionDone done = writer_->Commit();
  EXPECT_EQ(done.outcome, CommitOutcome::kAborted);
  EXPECT_THAT(done.status.message(), ::testing::HasSubstr("no partition 7"));
}

TEST(WatchdogTest, ACallThatHangsEndsTheSession) {
  // A tenth of a second is all that a call may take.
  const std::chrono::milliseconds timeout(5000);
  MockBroker broker(std::chrono::milliseconds(100) - timeout);
  broker.MakeTopic("out", 1);
  const auto writer = broker.Open(
      {.transactional_id = "writer", .inputs = {"out"}, .transaction_timeout = timeout});
  ASSERT_TRUE(writer->Init().ok());
  (*writer)->Begin();
  ASSERT_EQ(writer->Produce({.topic = "out", .value = "v"}), ProduceResult::kAccepted);
  broker.SetDelay(std::chrono::milliseconds(500));
  (*writer)->Commit({});
  const auto failed = writer->Await<SessionFailed>();
  ASSERT_TRUE(failed.has_value());
  EXPECT_EQ(failed->outcome, CommitOutcome::kUnknown);
  EXPECT_EQ(failed->status.code(), StatusCode::kDeadlineExceeded);
  EXPECT_THAT(failed->status.message(), ::testing::HasSubstr("hung in 'commit transaction'"));
}

TEST_F(MockBrokerTest, AnOutageIsReportedOnceAndSoIsItsEnd) {
  ASSERT_EQ(Transact().outcome, CommitOutcome::kAcknowledged);
  broker_.SetReachable(false);
  const auto lost = writer_->Await<Connectivity>();
  ASSERT_TRUE(lost.has_value());
  EXPECT_EQ(lost->status.code(), StatusCode::kUnavailable);
  broker_.SetReachable(true);
  const auto found = writer_->Await<Connectivity>();
  ASSERT_TRUE(found.has_value());
  EXPECT_TRUE(found->status.ok()) << found->status.ToString();
}

}  // namespace
}  // namespace evenkeel::testing
