#include <algorithm>
#include <chrono>
#include <random>

#include "child_process.h"
#include "local_log_fixture.h"
#include "transaction_writer.h"

namespace evenkeel::testing {
namespace {

std::vector<std::string> ValuesOf(const std::vector<SeenRecord>& records) {
  std::vector<std::string> values;
  for (const SeenRecord& record : records) values.push_back(record.value.value_or("(none)"));
  return values;
}

class LocalLogCrashTest : public LocalLogFixture {
 protected:
  void SetUp() override {
    Reopen();
    MakeTopic({.name = "in"});
    MakeTopic({.name = "out", .partitions = 3});
  }

  /// Kills a writing process after so many lines of its report. What it did after the last of
  /// them, and how far the last commit came, is left to chance.
  void WriteAndKill(int lines) {
    Close();
    ChildProcess writer({"--write", folder()});
    while (lines-- > 0) {
      const auto line = writer.ReadLine();
      ASSERT_TRUE(line.has_value()) << "the writer ended by itself";
      Note(*line);
    }
    writer.Kill();
    while (const auto line = writer.ReadLine()) Note(*line);
    Reopen();
  }

  void Note(const std::string& line) {
    if (line.starts_with("acked ")) acknowledged_ = std::stoi(line.substr(6)) + 1;
  }

  void CheckContent() {
    LogDriver& reader = Open(WriterOptions(""));
    ASSERT_TRUE(reader.Init().ok());
    const int count = static_cast<int>(reader.Committed(0).next.at(0).value_or(0));
    EXPECT_GE(count, acknowledged_);
    EXPECT_LE(count, acknowledged_ + 1);
    const auto expected = WrittenBy(count);
    for (Partition p = 0; p < 3; ++p) {
      ASSERT_EQ(ValuesOf(reader.ReadAll({"out", p})), expected[static_cast<std::size_t>(p)]);
    }
    in_flight_ += count - acknowledged_;
    acknowledged_ = count;
  }

  int acknowledged_ = 0;
  int in_flight_ = 0;
};

TEST_F(LocalLogCrashTest, FortyKillsLoseNothingAcknowledgedAndSplitNothing) {
  const auto seed = static_cast<std::uint32_t>(::testing::UnitTest::GetInstance()->random_seed());
  SCOPED_TRACE(::testing::Message() << "replay with --gtest_random_seed=" << seed);
  std::mt19937 rng(seed);
  for (int round = 0; round < 40; ++round) {
    WriteAndKill(1 + static_cast<int>(rng() % 60));
    if (HasFatalFailure()) return;
    CheckContent();
    if (HasFailure()) return;
  }
  EXPECT_GT(acknowledged_, 40);
  RecordProperty("transactions", acknowledged_);
  RecordProperty("committed_without_acknowledgement", in_flight_);
}

TEST_F(LocalLogCrashTest, ASecondProcessIsToldWhoHasTheFolderAndWhatToDo) {
  ChildProcess other({"--open", folder()});
  const auto line = other.ReadLine();
  ASSERT_TRUE(line.has_value());
  EXPECT_THAT(*line, ::testing::StartsWith("FAILED_PRECONDITION"));
  EXPECT_THAT(*line, ::testing::HasSubstr(folder()));
  EXPECT_THAT(*line, ::testing::HasSubstr("choose another folder"));
}

TEST_F(LocalLogCrashTest, ASecondLogOfTheSameProcessIsRefusedToo) {
  EXPECT_EQ(LocalLog::Open(options_).status().code(), StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace evenkeel::testing
