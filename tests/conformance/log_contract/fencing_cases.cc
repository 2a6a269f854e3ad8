#include "log_contract_test.h"

namespace evenkeel::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class FencingContractTest : public LogContractTest {
 protected:
  void SetUp() override {
    LogContractTest::SetUp();
    MakeTopics();
  }

  /// A transaction as timers make it: no input was read, one changelog record, one position.
  void BeginTimersOnly(LogDriver& member) {
    member->Begin();
    const std::string changelog = Name("lead");
    ASSERT_EQ(member.Produce({.topic = changelog, .partition = 0, .key = "s", .value = "zombie"}),
              ProduceResult::kAccepted);
  }
  TransactionDone CommitTimersOnly(LogDriver& member) {
    return member.Commit({{.input = 0, .row = 0, .next = 0}});
  }

  void ExpectNoTraceOfTheZombie(LogDriver& reader) {
    EXPECT_THAT(reader.ReadAll(At("lead", 0)), IsEmpty());
    EXPECT_THAT(reader.Committed(0).next, ElementsAre(std::nullopt, std::nullopt));
  }
};

TEST_F(FencingContractTest, ANewerOwnerOfTheTransactionalIdFencesTheOlder) {
  LogDriver& older = OpenWriter("same");
  older->Begin();
  const std::string topic = Name("out");
  ASSERT_EQ(older.Produce({.topic = topic, .value = "older"}), ProduceResult::kAccepted);
  older.Step();
  LogDriver& newer = OpenWriter("same");
  EXPECT_THAT(older.Commit({{.input = 0, .row = 0, .next = 9}}).outcome,
              ::testing::ResultOf(kEndedOtherwise, true));
  Write(newer, "out", 0, {"newer"});
  EXPECT_THAT(Values(newer.ReadAll(At("out", 0))), ElementsAre("newer"));
  EXPECT_THAT(newer.Committed(0).next, ElementsAre(std::nullopt, std::nullopt));
}

TEST_F(FencingContractTest, AFencedOwnerCannotAbortEither) {
  LogDriver& older = OpenWriter("same");
  older->Begin();
  const std::string topic = Name("out");
  ASSERT_EQ(older.Produce({.topic = topic, .value = "older"}), ProduceResult::kAccepted);
  older.Step();
  LogDriver& newer = OpenWriter("same");
  newer->Begin();
  ASSERT_EQ(newer.Produce({.topic = topic, .value = "newer"}), ProduceResult::kAccepted);
  newer.Step();
  EXPECT_THAT(older.Abort().outcome, ::testing::ResultOf(kEndedOtherwise, true));
  EXPECT_EQ(newer.Commit().outcome, CommitOutcome::kAcknowledged);
  EXPECT_THAT(Values(newer.ReadAll(At("out", 0))), ElementsAre("newer"));
}

TEST_F(FencingContractTest, TheOpenTransactionOfACrashedOwnerIsAborted) {
  LogDriver& crashed = OpenWriter("same");
  crashed->Begin();
  const std::string topic = Name("out");
  ASSERT_EQ(crashed.Produce({.topic = topic, .value = "crashed"}), ProduceResult::kAccepted);
  crashed.Step();
  Crash(crashed);
  LogDriver& next = OpenWriter("same");
  Write(next, "out", 0, {"next"});
  EXPECT_THAT(Values(next.ReadAll(At("out", 0))), ElementsAre("next"));
}

TEST_F(FencingContractTest, AMemberWhosePlaceWasTakenCannotCommitTimersAlone) {
  DeclareMembers({"m"});
  LogDriver& older = OpenMember("m", "older");
  ASSERT_TRUE(older.OwnRows(kRows));
  BeginTimersOnly(older);
  older.is_silent = true;
  LogDriver& newer = OpenMember("m", "newer");
  ASSERT_TRUE(newer.OwnRows(kRows));
  EXPECT_NE(CommitTimersOnly(older).outcome, CommitOutcome::kAcknowledged);
  EXPECT_TRUE(Until([&] { return older.Step(), older.Take<SessionFailed>().has_value(); }));
  ExpectNoTraceOfTheZombie(newer);
}

TEST_F(FencingContractTest, AMemberThatWasExpelledCannotCommitTimersAlone) {
  if (!harness().has_dynamic_groups()) EVENKEEL_NOT_APPLICABLE("the assignment is static");
  LogDriver& zombie = OpenMember("a");
  ASSERT_TRUE(zombie.OwnRows(kRows));
  BeginTimersOnly(zombie);
  zombie.is_silent = true;  // Neither polls nor releases: it holds the group up, then is expelled.
  LogDriver& heir = OpenMember("b");
  ASSERT_TRUE(heir.OwnRows(kRows));
  zombie.auto_release = false;
  EXPECT_NE(CommitTimersOnly(zombie).outcome, CommitOutcome::kAcknowledged);
  Crash(zombie);
  ExpectNoTraceOfTheZombie(heir);
}

TEST_F(FencingContractTest, ATransactionFromBeforeARebalanceIsRefused) {
  if (!harness().has_dynamic_groups()) EVENKEEL_NOT_APPLICABLE("the assignment is static");
  LogDriver& a = OpenMember("a");
  ASSERT_TRUE(a.OwnRows(kRows));
  BeginTimersOnly(a);
  LogDriver& b = OpenMember("b");
  ASSERT_TRUE(Until([&] { return a.rows.size() == 2 && b.rows.size() == 2; }));
  // Row 0 came back to `a`, but another might have owned it in between.
  const TransactionDone done = CommitTimersOnly(a);
  EXPECT_EQ(done.outcome, CommitOutcome::kAborted) << done.status.ToString();
  ExpectNoTraceOfTheZombie(a);
  BeginTimersOnly(a);
  EXPECT_EQ(CommitTimersOnly(a).outcome, CommitOutcome::kAcknowledged);
}

TEST_F(FencingContractTest, AMemberMayCommitWhatItRevokesBeforeItReleases) {
  if (!harness().has_dynamic_groups()) EVENKEEL_NOT_APPLICABLE("the assignment is static");
  LogDriver& a = OpenMember("a");
  ASSERT_TRUE(a.OwnRows(kRows));
  a.auto_release = false;
  a->Begin();
  LogDriver& b = OpenMember("b");
  ASSERT_TRUE(Until([&] { return a.rows.empty(); }));
  EXPECT_EQ(a.Commit({{.input = 0, .row = 3, .next = 11}}).outcome, CommitOutcome::kAcknowledged);
  a->ReleaseRows();
  a.auto_release = true;
  ASSERT_TRUE(Until([&] { return a.rows.size() == 2 && b.rows.size() == 2; }));
  EXPECT_THAT(b.Committed(3).next, ElementsAre(11, std::nullopt));
}

TEST_F(FencingContractTest, QueryCommittedWaitsForAPendingTransaction) {
  LogDriver& writer = OpenWriter();
  writer->Begin();
  ASSERT_EQ(writer.Commit({{.input = 0, .row = 1, .next = 3}}).outcome,
            CommitOutcome::kAcknowledged);
  const auto end = harness().HoldOffsetPending(Name("loader"), At("in", 1), 8);
  if (!end) EVENKEEL_NOT_APPLICABLE("offsets are never pending in this log");
  const RequestId request = writer->QueryCommitted(1);
  const RequestId other_row = writer->QueryCommitted(0);
  ASSERT_TRUE(writer.Await<CommittedDone>(
      [&](const CommittedDone& done) { return done.request == other_row; }));
  EXPECT_FALSE(writer.Take<CommittedDone>().has_value()) << "answered while it was pending";
  end();
  const auto done = writer.Await<CommittedDone>();
  ASSERT_TRUE(done.has_value());
  EXPECT_EQ(done->request, request);
  EXPECT_THAT(done->next, ElementsAre(8, std::nullopt));
}

TEST_F(FencingContractTest, ASessionWithoutMembershipResumesWhereItCommitted) {
  LogDriver& loader = OpenWriter("load");
  for (Offset next = 1; next <= 4; ++next) {
    loader->Begin();
    const std::string topic = Name("out");
    ASSERT_EQ(loader.Produce({.topic = topic, .value = std::to_string(next)}),
              ProduceResult::kAccepted);
    ASSERT_EQ(loader.Commit({{.input = 0, .row = 0, .next = next}}).outcome,
              CommitOutcome::kAcknowledged);
  }
  Crash(loader);
  LogDriver& again = OpenWriter("load");
  EXPECT_THAT(again.Committed(0).next, ElementsAre(4, std::nullopt));
  EXPECT_THAT(Values(again.ReadAll(At("out", 0))), ElementsAre("1", "2", "3", "4"));
}

}  // namespace
}  // namespace evenkeel::testing
