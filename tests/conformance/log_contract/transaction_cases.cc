#include "log_contract_test.h"

namespace evenkeel::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class TransactionContractTest : public LogContractTest {
 protected:
  void SetUp() override {
    LogContractTest::SetUp();
    MakeTopics();
  }

  OutRecord Record(const std::string& topic, Partition partition, std::string_view value) {
    return {.topic = topic, .partition = partition, .key = "k", .value = value};
  }

  const std::string out_ = "out";
};

TEST_F(TransactionContractTest, ShowsRecordsOnlyAfterTheCommit) {
  LogDriver& writer = OpenWriter();
  LogDriver& reader = OpenWriter("reader");
  writer->Begin();
  ASSERT_EQ(writer.Produce(Record(Name("out"), 0, "a")), ProduceResult::kAccepted);
  ASSERT_EQ(writer.Produce(Record(Name("out"), 0, "b")), ProduceResult::kAccepted);
  if (harness().has_pending_records()) {
    ASSERT_TRUE(Until([&] { return reader.Watermarks(At("out", 0)).high >= 2; }));
  }
  const ReaderId id = reader->OpenReader(At("out", 0), 0);
  ASSERT_TRUE(reader.Await<ReaderAtEnd>().has_value());
  EXPECT_THAT(reader.reader_records, IsEmpty());

  ASSERT_EQ(writer.Commit().outcome, CommitOutcome::kAcknowledged);
  ASSERT_TRUE(Until([&] { return reader.reader_records.size() >= 2; }));
  EXPECT_THAT(Values(reader.reader_records), ElementsAre("a", "b"));
  reader->CloseReader(id);
}

TEST_F(TransactionContractTest, AnAbortLeavesNeitherRecordsNorOffsets) {
  LogDriver& writer = OpenWriter();
  writer->Begin();
  ASSERT_EQ(writer.Produce(Record(Name("out"), 1, "gone")), ProduceResult::kAccepted);
  writer.Step();
  EXPECT_EQ(writer.Abort().outcome, CommitOutcome::kAborted);
  EXPECT_THAT(writer.ReadAll(At("out", 1)), IsEmpty());
  EXPECT_THAT(writer.Committed(0).next, ElementsAre(std::nullopt, std::nullopt));
}

TEST_F(TransactionContractTest, AnEmptyTransactionEndsEitherWay) {
  LogDriver& writer = OpenWriter();
  writer->Begin();
  EXPECT_EQ(writer.Commit().outcome, CommitOutcome::kAcknowledged);
  writer->Begin();
  EXPECT_EQ(writer.Abort().outcome, CommitOutcome::kAborted);
}

TEST_F(TransactionContractTest, GoesOnAfterAnAbort) {
  LogDriver& writer = OpenWriter();
  for (int round = 0; round < 3; ++round) {
    writer->Begin();
    ASSERT_EQ(writer.Produce(Record(Name("out"), 0, "aborted")), ProduceResult::kAccepted);
    ASSERT_EQ(writer.Abort().outcome, CommitOutcome::kAborted);
    Write(writer, "out", 0, {"kept " + std::to_string(round)});
  }
  EXPECT_THAT(Values(writer.ReadAll(At("out", 0))), ElementsAre("kept 0", "kept 1", "kept 2"));
}

TEST_F(TransactionContractTest, CommitsOffsetsTogetherWithOutputs) {
  LogDriver& writer = OpenWriter();
  LogDriver& other = OpenWriter("other");
  writer->Begin();
  ASSERT_EQ(writer.Produce(Record(Name("out"), 2, "v")), ProduceResult::kAccepted);
  writer.Step();
  EXPECT_THAT(other.Committed(2).next, ElementsAre(std::nullopt, std::nullopt));
  ASSERT_EQ(writer.Commit({{.input = 0, .row = 2, .next = 17}, {.input = 1, .row = 2, .next = 4}})
                .outcome,
            CommitOutcome::kAcknowledged);
  EXPECT_THAT(other.Committed(2).next, ElementsAre(17, 4));
  EXPECT_THAT(other.Committed(1).next, ElementsAre(std::nullopt, std::nullopt));
  EXPECT_THAT(Values(other.ReadAll(At("out", 2))), ElementsAre("v"));
}

TEST_F(TransactionContractTest, CommitsPositionsAlone) {
  LogDriver& writer = OpenWriter();
  for (Offset next = 1; next <= 3; ++next) {
    writer->Begin();
    const TransactionDone done = writer.Commit({{.input = 1, .row = 0, .next = next}});
    ASSERT_EQ(done.outcome, CommitOutcome::kAcknowledged);
    EXPECT_THAT(done.last_produced, IsEmpty());
  }
  EXPECT_THAT(writer.Committed(0).next, ElementsAre(std::nullopt, 3));
}

TEST_F(TransactionContractTest, ReportsWhereTheLastRecordOfEachPartitionLanded) {
  LogDriver& writer = OpenWriter();
  Write(writer, "out", 0, {"before"});
  writer->Begin();
  for (const char* value : {"1", "2", "3"}) {
    ASSERT_EQ(writer.Produce(Record(Name("out"), 0, value)), ProduceResult::kAccepted);
  }
  ASSERT_EQ(writer.Produce(Record(Name("out"), 3, "4")), ProduceResult::kAccepted);
  const TransactionDone done = writer.Commit();
  ASSERT_EQ(done.outcome, CommitOutcome::kAcknowledged);
  ASSERT_THAT(done.last_produced, SizeIs(2));
  for (const LastProduced& last : done.last_produced) {
    const auto records = writer.ReadAll(last.where);
    ASSERT_FALSE(records.empty());
    EXPECT_EQ(records.back().offset, last.offset) << "partition " << last.where.partition;
  }
}

TEST_F(TransactionContractTest, ReportsWhereEveryRecordLandedAmongThoseOfOthers) {
  LogDriver& other = OpenWriter("other");
  LogDriver& writer = Open({.transactional_id = Name("told"),
                            .inputs = {Name("in"), Name("in2")},
                            .membership = std::nullopt,
                            .offsets_group = Name("loader"),
                            .reports_offsets = true});
  ASSERT_TRUE(writer.Init().ok());
  other->Begin();
  writer->Begin();
  const std::vector<std::string> values = {"0", "1", "2", "3", "4", "5"};
  for (const std::string& value : values) {
    ASSERT_EQ(writer.Produce(Record(Name("out"), 0, value)), ProduceResult::kAccepted);
    writer.StepFor(std::chrono::milliseconds(10));
    ASSERT_EQ(other.Produce(Record(Name("out"), 0, "other")), ProduceResult::kAccepted);
    other.StepFor(std::chrono::milliseconds(10));
  }
  ASSERT_EQ(other.Commit().outcome, CommitOutcome::kAcknowledged);
  const TransactionDone done = writer.Commit();
  ASSERT_EQ(done.outcome, CommitOutcome::kAcknowledged);
  ASSERT_THAT(done.last_produced, SizeIs(1));
  std::vector<Offset> found;
  for (const SeenRecord& record : writer.ReadAll(At("out", 0))) {
    if (record.value != "other") found.push_back(record.offset);
  }
  EXPECT_THAT(found, SizeIs(values.size()));
  EXPECT_EQ(done.last_produced[0].offsets, found);
}

TEST_F(TransactionContractTest, KeepsTheTransactionsOfTwoWritersApart) {
  LogDriver& first = OpenWriter("first");
  LogDriver& second = OpenWriter("second");
  first->Begin();
  second->Begin();
  for (int i = 0; i < 4; ++i) {
    LogDriver& writer = i % 2 == 0 ? first : second;
    ASSERT_EQ(writer.Produce(Record(Name("out"), 0, i % 2 == 0 ? "first" : "second")),
              ProduceResult::kAccepted);
    writer.Step();
  }
  ASSERT_EQ(second.Commit().outcome, CommitOutcome::kAcknowledged);
  ASSERT_EQ(first.Abort().outcome, CommitOutcome::kAborted);
  EXPECT_THAT(Values(first.ReadAll(At("out", 0))), ElementsAre("second", "second"));
}

TEST_F(TransactionContractTest, CommitsManyRecordsAtOnce) {
  LogDriver& writer = OpenWriter();
  const std::string value(200, 'x');
  writer->Begin();
  for (int i = 0; i < 20'000; ++i) {
    ASSERT_EQ(writer.Produce(Record(Name("out"), i % kRows, value)), ProduceResult::kAccepted);
  }
  ASSERT_EQ(writer.Commit().outcome, CommitOutcome::kAcknowledged);
  for (Partition p = 0; p < kRows; ++p) EXPECT_THAT(writer.ReadAll(At("out", p)), SizeIs(5000));
}

}  // namespace
}  // namespace evenkeel::testing
