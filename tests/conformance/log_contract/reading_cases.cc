#include "log_contract_test.h"

namespace evenkeel::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class ReadingContractTest : public LogContractTest {
 protected:
  void SetUp() override {
    LogContractTest::SetUp();
    MakeTopics();
    writer_ = &OpenWriter();
  }

  void WriteAborted(Partition partition) {
    (*writer_)->Begin();
    const std::string topic = Name("out");
    ASSERT_EQ(writer_->Produce({.topic = topic, .partition = partition, .value = "aborted"}),
              ProduceResult::kAccepted);
    ASSERT_EQ(writer_->Abort().outcome, CommitOutcome::kAborted);
  }

  Status DeleteBefore(std::string_view topic, Partition partition, Offset before) {
    return harness().cluster().DeleteRecords(At(topic, partition), before, kAdmin);
  }

  LogDriver* writer_ = nullptr;
};

TEST_F(ReadingContractTest, ReadsToTheEndPastTrailingMarkers) {
  Write(*writer_, "out", 0, {"a", "b"});
  WriteAborted(0);
  const Offset high = writer_->Watermarks(At("out", 0)).high;
  const ReaderId reader = (*writer_)->OpenReader(At("out", 0), 0);
  const auto end = writer_->Await<ReaderAtEnd>(
      [&](const ReaderAtEnd& e) { return e.reader == reader && e.offset >= high; });
  ASSERT_TRUE(end.has_value());
  EXPECT_GE(high, 2);
  EXPECT_THAT(Values(writer_->reader_records), ElementsAre("a", "b"));
}

TEST_F(ReadingContractTest, AnEmptyPartitionIsAtItsEnd) {
  (*writer_)->OpenReader(At("out", 0), 0);
  const auto end = writer_->Await<ReaderAtEnd>();
  ASSERT_TRUE(end.has_value());
  EXPECT_EQ(end->offset, 0);
}

TEST_F(ReadingContractTest, AReaderGoesOnWhenMoreIsCommittedAndSaysWhenItIsAtTheEndAgain) {
  (*writer_)->OpenReader(At("out", 0), 0);
  for (int round = 1; round <= 3; ++round) {
    Write(*writer_, "out", 0, {std::to_string(round)});
    const Offset high = writer_->Watermarks(At("out", 0)).high;
    ASSERT_TRUE(writer_->Await<ReaderAtEnd>([&](const ReaderAtEnd& e) { return e.offset >= high; })
                    .has_value());
    EXPECT_THAT(writer_->reader_records, SizeIs(round));
  }
  EXPECT_THAT(Values(writer_->reader_records), ElementsAre("1", "2", "3"));
}

TEST_F(ReadingContractTest, ReadersOfOneSessionAreIndependent) {
  Write(*writer_, "out", 0, {"a", "b", "c"});
  Write(*writer_, "out", 1, {"d"});
  const auto all = writer_->ReadAll(At("out", 0));
  ASSERT_THAT(all, SizeIs(3));
  const ReaderId from_middle = (*writer_)->OpenReader(At("out", 0), all[1].offset);
  const ReaderId other = (*writer_)->OpenReader(At("out", 1), 0);
  ASSERT_TRUE(Until([&] {
    return OfStream(writer_->reader_records, from_middle, 0).size() >= 2 &&
           !OfStream(writer_->reader_records, other, 1).empty();
  }));
  EXPECT_THAT(Values(OfStream(writer_->reader_records, from_middle, 0)), ElementsAre("b", "c"));
  EXPECT_THAT(Values(OfStream(writer_->reader_records, other, 1)), ElementsAre("d"));
}

TEST_F(ReadingContractTest, AClosedReaderDeliversNothingMore) {
  const ReaderId reader = (*writer_)->OpenReader(At("out", 0), 0);
  ASSERT_TRUE(writer_->Await<ReaderAtEnd>().has_value());
  (*writer_)->CloseReader(reader);
  Write(*writer_, "out", 0, {"a"});
  EXPECT_THAT(writer_->ReadAll(At("out", 0)), SizeIs(1));
  EXPECT_THAT(OfStream(writer_->reader_records, reader, 0), IsEmpty());
}

TEST_F(ReadingContractTest, DeliversNoMoreThanAskedFor) {
  std::vector<std::string> values;
  for (int i = 0; i < 50; ++i) values.push_back(std::to_string(i));
  Write(*writer_, "out", 0, values);
  (*writer_)->OpenReader(At("out", 0), 0);
  std::size_t seen = 0;
  ASSERT_TRUE(writer_->Until(
      [&] {
        EXPECT_LE(writer_->reader_records.size(), seen + 7);
        seen = writer_->reader_records.size();
        return seen == values.size();
      },
      7));
  EXPECT_EQ(Values(writer_->reader_records), values);
}

TEST_F(ReadingContractTest, WatermarksCountWhatIsNotCommittedYet) {
  if (!harness().has_pending_records()) {
    EVENKEEL_NOT_APPLICABLE("no record lies in this log before its commit");
  }
  (*writer_)->Begin();
  const std::string topic = Name("out");
  ASSERT_EQ(writer_->Produce({.topic = topic, .value = "pending"}), ProduceResult::kAccepted);
  LogDriver& other = OpenWriter("other");
  EXPECT_TRUE(Until([&] { return other.Watermarks(At("out", 0)).high == 1; }));
  ASSERT_EQ(writer_->Abort().outcome, CommitOutcome::kAborted);
}

TEST_F(ReadingContractTest, WatermarksFollowWhatIsWrittenAndDeleted) {
  EXPECT_EQ(writer_->Watermarks(At("out", 0)).low, 0);
  EXPECT_EQ(writer_->Watermarks(At("out", 0)).high, 0);
  Write(*writer_, "out", 0, {"a", "b", "c"});
  EXPECT_GE(writer_->Watermarks(At("out", 0)).high, 3);
  ASSERT_TRUE(DeleteBefore("out", 0, 2).ok());
  EXPECT_TRUE(Until([&] { return writer_->Watermarks(At("out", 0)).low == 2; }));
  EXPECT_THAT(Values(writer_->ReadAll(At("out", 0), 2)), ElementsAre("c"));
}

TEST_F(ReadingContractTest, WatermarksOfNoTopicAreAnError) {
  EXPECT_FALSE(writer_->Watermarks(At("nothing", 0)).status.ok());
}

TEST_F(ReadingContractTest, AReaderOutsideTheLogFails) {
  Write(*writer_, "out", 0, {"a", "b", "c"});
  ASSERT_TRUE(DeleteBefore("out", 0, 2).ok());
  ASSERT_TRUE(Until([&] { return writer_->Watermarks(At("out", 0)).low == 2; }));
  for (const Offset outside : {Offset{1}, Offset{1000}}) {
    const ReaderId reader = (*writer_)->OpenReader(At("out", 0), outside);
    const auto failed =
        writer_->Await<ReaderFailed>([&](const ReaderFailed& f) { return f.reader == reader; });
    ASSERT_TRUE(failed.has_value()) << "from " << outside;
    EXPECT_EQ(failed->status.code(), StatusCode::kOutOfRange);
    (*writer_)->CloseReader(reader);
  }
  EXPECT_THAT(writer_->reader_records, IsEmpty());
}

TEST_F(ReadingContractTest, AnInputBelowTheLogStartFailsWithItsPositions) {
  Write(*writer_, "in", 1, {"a", "b", "c"});
  Write(*writer_, "in2", 1, {"other"});
  ASSERT_TRUE(DeleteBefore("in", 1, 2).ok());
  ASSERT_TRUE(Until([&] { return writer_->Watermarks(At("in", 1)).low == 2; }));
  DeclareMembers({"m"});
  LogDriver& member = OpenMember("m");
  ASSERT_TRUE(member.OwnRows(kRows));
  ASSERT_TRUE(member.StartRow(1, {0, 0}).ok());
  const auto failed = member.Await<InputFailed>();
  ASSERT_TRUE(failed.has_value());
  EXPECT_EQ(failed->input, 0U);
  EXPECT_EQ(failed->row, 1);
  EXPECT_EQ(failed->position, 0);
  EXPECT_EQ(failed->log_start, 2);
  EXPECT_EQ(failed->status.code(), StatusCode::kOutOfRange);
  EXPECT_THAT(OfStream(member.records, 0, 1), IsEmpty());
  // The gap is accepted: the row starts again where the log begins.
  ASSERT_TRUE(member.StartRow(1, {2, 0}).ok());
  ASSERT_TRUE(Until([&] { return !OfStream(member.records, 0, 1).empty(); }));
  EXPECT_THAT(Values(OfStream(member.records, 0, 1)), ElementsAre("c"));
}

}  // namespace
}  // namespace evenkeel::testing
