#include <algorithm>
#include <random>

#include "log_contract_test.h"

namespace evenkeel::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

class RecordContractTest : public LogContractTest {
 protected:
  void SetUp() override {
    LogContractTest::SetUp();
    MakeTopics();
    topic_ = Name("out");
    writer_ = &OpenWriter();
  }

  /// Writes one record in a transaction of its own and reads it back.
  SeenRecord RoundTrip(OutRecord record) {
    record.topic = topic_;
    (*writer_)->Begin();
    EXPECT_EQ(writer_->Produce(record), ProduceResult::kAccepted);
    EXPECT_EQ(writer_->Commit().outcome, CommitOutcome::kAcknowledged);
    const auto all = writer_->ReadAll({topic_, record.partition}, next_);
    EXPECT_THAT(all, SizeIs(1));
    if (all.empty()) return {};
    next_ = all.back().offset + 1;
    return all.back();
  }

  /// A record that cannot be taken: said at once, or by the end of the transaction; never lost.
  void ExpectRefused(const OutRecord& record) {
    (*writer_)->Begin();
    const ProduceResult result = writer_->Produce(record);
    if (result == ProduceResult::kRefused) {
      EXPECT_EQ(writer_->Abort().outcome, CommitOutcome::kAborted);
    } else {
      EXPECT_NE(writer_->Commit().outcome, CommitOutcome::kAcknowledged);
    }
  }

  std::string topic_;
  Offset next_ = 0;
  LogDriver* writer_ = nullptr;
};

TEST_F(RecordContractTest, TellsATombstoneFromAnEmptyValue) {
  EXPECT_EQ(RoundTrip({.key = "k", .value = ""}).value, "");
  EXPECT_EQ(RoundTrip({.key = "k"}).value, std::nullopt);
}

TEST_F(RecordContractTest, TellsNoKeyFromAnEmptyKey) {
  EXPECT_EQ(RoundTrip({.key = "", .value = "v"}).key, "");
  EXPECT_EQ(RoundTrip({.value = "v"}).key, std::nullopt);
  EXPECT_EQ(RoundTrip({.key = std::string_view("\0\xff k", 4), .value = "v"}).key,
            std::string("\0\xff k", 4));
}

TEST_F(RecordContractTest, KeepsHeadersInOrderRepeatedEmptyAndBinary) {
  const std::string binary("\0\x01\xfe\n", 4);
  const std::vector<RecordHeader> headers = {
      {"ce_type", "a"}, {"empty", ""}, {"ce_type", "b"}, {"binary", binary}};
  const SeenRecord seen = RoundTrip({.key = "k", .value = "v", .headers = headers});
  EXPECT_THAT(seen.headers, ElementsAre(Pair("ce_type", "a"), Pair("empty", ""),
                                        Pair("ce_type", "b"), Pair("binary", binary)));
  EXPECT_THAT(RoundTrip({.key = "k", .value = "v"}).headers, IsEmpty());
}

TEST_F(RecordContractTest, KeepsLargeValues) {
  std::string large(900'000, 'x');
  for (std::size_t i = 0; i < large.size(); i += 997) large[i] = static_cast<char>('a' + i % 26);
  EXPECT_EQ(RoundTrip({.key = "k", .value = large}).value, large);
}

TEST_F(RecordContractTest, NeverLosesATooLargeRecordInSilence) {
  std::string huge(2'000'000, 'x');
  std::mt19937 rng(1);  // Nothing that a log could compress below its limit.
  for (char& byte : huge) byte = static_cast<char>(rng() & 0xff);
  ExpectRefused({.topic = topic_, .key = "k", .value = huge});
  EXPECT_THAT(writer_->ReadAll({topic_, 0}), IsEmpty());
}

TEST_F(RecordContractTest, NeverLosesARecordToNoPartitionInSilence) {
  ExpectRefused({.topic = topic_, .partition = kRows, .key = "k", .value = "v"});
}

TEST_F(RecordContractTest, KeepsTheOrderOfEachPartition) {
  std::vector<std::vector<std::string>> expected(kRows);
  for (int transaction = 0; transaction < 5; ++transaction) {
    (*writer_)->Begin();
    for (int i = 0; i < 300; ++i) {
      const Partition partition = (i * 7 + transaction) % kRows;
      const std::string value = std::to_string(transaction) + "." + std::to_string(i);
      ASSERT_EQ(writer_->Produce({.topic = topic_, .partition = partition, .value = value}),
                ProduceResult::kAccepted);
      expected[static_cast<std::size_t>(partition)].push_back(value);
    }
    ASSERT_EQ(writer_->Commit().outcome, CommitOutcome::kAcknowledged);
  }
  for (Partition partition = 0; partition < kRows; ++partition) {
    const auto all = writer_->ReadAll({topic_, partition});
    EXPECT_EQ(Values(all), expected[static_cast<std::size_t>(partition)]);
    EXPECT_TRUE(std::is_sorted(all.begin(), all.end(),
                               [](const auto& a, const auto& b) { return a.offset < b.offset; }));
  }
}

TEST_F(RecordContractTest, KeepsExplicitPartitionsWhateverTheKey) {
  for (Partition partition = kRows - 1; partition >= 0; --partition) {
    Write(*writer_, "out", partition, {std::to_string(partition)});
  }
  for (Partition partition = 0; partition < kRows; ++partition) {
    EXPECT_THAT(Values(writer_->ReadAll({topic_, partition})),
                ElementsAre(std::to_string(partition)));
  }
}

TEST_F(RecordContractTest, KeepsTheProducersTimestamp) {
  EXPECT_EQ(RoundTrip({.value = "v", .timestamp = TimeMs{1'291'190'400'000}}).timestamp.value,
            1'291'190'400'000);
  // Without one, the log's own time: not the epoch, and it does not run backwards.
  const TimeMs first = RoundTrip({.value = "v"}).timestamp;
  EXPECT_GT(first.value, 1'500'000'000'000);
  EXPECT_GE(RoundTrip({.value = "v"}).timestamp, first);
}

TEST_F(RecordContractTest, StampsTheAppendTimeWhereTheTopicSaysSo) {
  MakeTopic({.name = "appended", .timestamps = TimestampType::kLogAppendTime});
  topic_ = Name("appended");
  TimeMs last{1'500'000'000'000};
  for (int i = 0; i < 5; ++i) {
    const TimeMs now = RoundTrip({.value = "v", .timestamp = TimeMs{1000 - i}}).timestamp;
    EXPECT_GE(now, last);
    last = now;
  }
}

}  // namespace
}  // namespace evenkeel::testing
