#include "log_contract_test.h"

namespace evenkeel::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class RowContractTest : public LogContractTest {
 protected:
  void SetUp() override {
    LogContractTest::SetUp();
    MakeTopics();
  }

  /// Has `value` written to every partition of "in" and "in2".
  void Fill(LogDriver& writer, const std::string& value) {
    writer->Begin();
    for (const std::string& topic : {Name("in"), Name("in2")}) {
      for (Partition row = 0; row < kRows; ++row) {
        ASSERT_EQ(writer.Produce({.topic = topic, .partition = row, .value = value}),
                  ProduceResult::kAccepted);
      }
    }
    ASSERT_EQ(writer.Commit().outcome, CommitOutcome::kAcknowledged);
  }

  bool SharesAreStable(const LogDriver& a, const LogDriver& b) {
    return Until([&] { return a.rows.size() == 2 && b.rows.size() == 2; });
  }
};

TEST_F(RowContractTest, AssignsWholeRowsByTheLeadTopic) {
  LogDriver& writer = OpenWriter();
  Fill(writer, "v");
  DeclareMembers({"m"});
  LogDriver& member = OpenMember("m");
  ASSERT_TRUE(member.OwnRows(kRows));
  EXPECT_THAT(member.rows, ElementsAre(0, 1, 2, 3));
  for (Partition row = 0; row < kRows; ++row) ASSERT_TRUE(member.StartRow(row, {0, 0}).ok());
  ASSERT_TRUE(Until([&] { return member.records.size() >= 2 * kRows; }));
  for (Partition row = 0; row < kRows; ++row) {
    EXPECT_THAT(OfStream(member.records, 0, row), SizeIs(1));
    EXPECT_THAT(OfStream(member.records, 1, row), SizeIs(1));
  }
}

TEST_F(RowContractTest, DeliversNothingOfARowThatIsNotStarted) {
  LogDriver& writer = OpenWriter();
  Fill(writer, "v");
  DeclareMembers({"m"});
  LogDriver& member = OpenMember("m");
  ASSERT_TRUE(member.OwnRows(kRows));
  ASSERT_TRUE(member.StartRow(2, {0, 0}).ok());
  ASSERT_TRUE(Until([&] { return member.records.size() >= 2; }));
  for (int input = 0; input < 2; ++input) {
    ASSERT_TRUE(member.Await<InputAtEnd>([](const InputAtEnd& e) { return e.row == 2; }));
  }
  EXPECT_THAT(member.records, SizeIs(2));
  EXPECT_THAT(OfStream(member.records, 0, 2), SizeIs(1));
}

TEST_F(RowContractTest, StartsEachInputOfARowWhereItIsTold) {
  LogDriver& writer = OpenWriter();
  Write(writer, "in", 0, {"a", "b", "c"});
  Write(writer, "in2", 0, {"d", "e"});
  DeclareMembers({"m"});
  LogDriver& member = OpenMember("m");
  ASSERT_TRUE(member.OwnRows(kRows));
  ASSERT_TRUE(member.StartRow(0, {2, 1}).ok());
  ASSERT_TRUE(Until([&] { return member.records.size() >= 2; }));
  EXPECT_THAT(Values(OfStream(member.records, 0, 0)), ElementsAre("c"));
  EXPECT_THAT(Values(OfStream(member.records, 1, 0)), ElementsAre("e"));
}

TEST_F(RowContractTest, SaysWhenAnInputIsAtItsEndAndAgainAfterMore) {
  LogDriver& writer = OpenWriter();
  DeclareMembers({"m"});
  LogDriver& member = OpenMember("m");
  ASSERT_TRUE(member.OwnRows(kRows));
  ASSERT_TRUE(member.StartRow(0, {0, 0}).ok());
  const auto end_of = [](std::uint32_t input, Offset from) {
    return [=](const InputAtEnd& e) { return e.input == input && e.offset >= from; };
  };
  ASSERT_TRUE(member.Await<InputAtEnd>(end_of(0, 0)).has_value());
  ASSERT_TRUE(member.Await<InputAtEnd>(end_of(1, 0)).has_value());
  EXPECT_THAT(member.records, IsEmpty());
  for (int round = 1; round <= 3; ++round) {
    Write(writer, "in2", 0, {"v"});
    const Offset high = writer.Watermarks(At("in2", 0)).high;
    ASSERT_TRUE(member.Await<InputAtEnd>(end_of(1, high)).has_value());
    EXPECT_THAT(member.records, SizeIs(round));
  }
}

TEST_F(RowContractTest, TwoMembersShareAllRows) {
  DeclareMembers({"a", "b"});
  LogDriver& a = OpenMember("a");
  LogDriver& b = OpenMember("b");
  ASSERT_TRUE(SharesAreStable(a, b));
  EXPECT_THAT(a.rows, ElementsAre(0, 1));
  EXPECT_THAT(b.rows, ElementsAre(2, 3));
}

TEST_F(RowContractTest, AGroupTellsWhoOwnsWhatAndWhere) {
  DeclareMembers({"a", "b"});
  LogDriver& a = OpenMember("a");
  LogDriver& b = OpenMember("b");
  ASSERT_TRUE(SharesAreStable(a, b));
  const auto members = harness().cluster().DescribeGroup(Name("members"), kAdmin);
  ASSERT_TRUE(members.ok()) << members.status().ToString();
  EXPECT_THAT(*members,
              ElementsAre(GroupMember{"a", "a:1", {0, 1}}, GroupMember{"b", "b:1", {2, 3}}));
  const auto nobody = harness().cluster().DescribeGroup(Name("nobodys"), kAdmin);
  ASSERT_TRUE(nobody.ok()) << nobody.status().ToString();
  EXPECT_THAT(*nobody, IsEmpty());
}

TEST_F(RowContractTest, KnowsTheEndOfWhatItReads) {
  LogDriver& writer = OpenWriter();
  Write(writer, "in", 0, {"a", "b", "c"});
  DeclareMembers({"m"});
  LogDriver& member = OpenMember("m");
  ASSERT_TRUE(member.OwnRows(kRows));
  ASSERT_TRUE(member.StartRow(0, {0, 0}).ok());
  ASSERT_TRUE(Until([&] { return member.records.size() >= 3; }));
  EXPECT_EQ(member->KnownEnd(0, 0), writer.Watermarks(At("in", 0)).high);
}

TEST_F(RowContractTest, RowsPassOnWhenAMemberLeavesForGood) {
  if (!harness().has_dynamic_groups()) EVENKEEL_NOT_APPLICABLE("the assignment is static");
  LogDriver& a = OpenMember("a");
  LogDriver& b = OpenMember("b");
  ASSERT_TRUE(SharesAreStable(a, b));
  b->Leave();
  Crash(b);
  EXPECT_TRUE(a.OwnRows(kRows));
}

TEST_F(RowContractTest, RowsPassOnWhenAMemberCrashes) {
  if (!harness().has_dynamic_groups()) EVENKEEL_NOT_APPLICABLE("the assignment is static");
  LogDriver& a = OpenMember("a");
  LogDriver& b = OpenMember("b");
  ASSERT_TRUE(SharesAreStable(a, b));
  Crash(a);
  EXPECT_TRUE(b.OwnRows(kRows));
}

TEST_F(RowContractTest, AMemberThatComesBackInTimeFindsItsRowsAndPositions) {
  DeclareMembers({"a", "b"});
  LogDriver& a = OpenMember("a");
  LogDriver& b = OpenMember("b");
  ASSERT_TRUE(SharesAreStable(a, b));
  b->Begin();
  ASSERT_EQ(b.Commit({{.input = 0, .row = 3, .next = 5}}).outcome, CommitOutcome::kAcknowledged);
  a.events.clear();
  Crash(b);
  LogDriver& again = OpenMember("b");
  ASSERT_TRUE(again.OwnRows(2));
  EXPECT_THAT(again.rows, ElementsAre(2, 3));
  EXPECT_THAT(again.Committed(3).next, ElementsAre(5, std::nullopt));
  EXPECT_FALSE(a.Take<RowsRevoked>().has_value()) << "the other member was disturbed";
  EXPECT_THAT(a.rows, ElementsAre(0, 1));
}

TEST_F(RowContractTest, NothingOfARevokedRowIsDelivered) {
  if (!harness().has_dynamic_groups()) EVENKEEL_NOT_APPLICABLE("the assignment is static");
  LogDriver& writer = OpenWriter();
  LogDriver& a = OpenMember("a");
  ASSERT_TRUE(a.OwnRows(kRows));
  for (Partition row = 0; row < kRows; ++row) ASSERT_TRUE(a.StartRow(row, {0, 0}).ok());
  a.auto_release = false;
  LogDriver& b = OpenMember("b");
  ASSERT_TRUE(Until([&] { return a.rows.empty(); }));
  a.records.clear();
  Fill(writer, "v");
  EXPECT_THAT(b.rows, IsEmpty()) << "the group did not wait for ReleaseRows()";
  EXPECT_THAT(a.records, IsEmpty());
  a->ReleaseRows();
  a.auto_release = true;
  ASSERT_TRUE(SharesAreStable(a, b));
  EXPECT_THAT(a.records, IsEmpty());
}

TEST_F(RowContractTest, ARowStartedAgainRewindsExactly) {
  LogDriver& writer = OpenWriter();
  std::vector<std::string> values;
  for (int i = 0; i < 200; ++i) values.push_back(std::to_string(i));
  Write(writer, "in", 0, values);
  DeclareMembers({"m"});
  LogDriver& member = OpenMember("m");
  ASSERT_TRUE(member.OwnRows(kRows));
  ASSERT_TRUE(member.StartRow(0, {0, 0}).ok());
  ASSERT_TRUE(member.Until([&] { return member.records.size() >= 100; }, 50));
  member->Begin();
  ASSERT_EQ(member.Abort().outcome, CommitOutcome::kAborted);

  for (const std::size_t from : {std::size_t{30}, std::size_t{0}, std::size_t{150}}) {
    // What was under way when the row was started again must not be seen: count from the call on.
    const auto all = writer.ReadAll(At("in", 0));
    member.records.clear();
    member.events.clear();
    ASSERT_TRUE(member.StartRow(0, {all[from].offset, 0}).ok());
    ASSERT_TRUE(member.Until([&] { return member.records.size() >= values.size() - from; }, 50));
    const Offset high = writer.Watermarks(At("in", 0)).high;
    ASSERT_TRUE(member.Await<InputAtEnd>(
        [&](const InputAtEnd& e) { return e.input == 0 && e.offset >= high; }));
    const std::vector<std::string> expected(values.begin() + static_cast<std::ptrdiff_t>(from),
                                            values.end());
    EXPECT_EQ(Values(OfStream(member.records, 0, 0)), expected) << "from " << from;
  }
}

}  // namespace
}  // namespace evenkeel::testing
