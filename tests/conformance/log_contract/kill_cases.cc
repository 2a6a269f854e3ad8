#include <random>

#include "child_process.h"
#include "log_contract_test.h"
#include "transaction_writer.h"

namespace evenkeel::testing {
namespace {

class KillContractTest : public LogContractTest {
 protected:
  void SetUp() override {
    LogContractTest::SetUp();
    MakeTopics();
  }

  /// Lets the writer report `lines` lines, then kills it. Notes what was acknowledged.
  void WriteAndKill(int lines) {
    if (harness().locator().empty()) {
      LogDriver& writer = Open(WriterOptions(harness().prefix()));
      WriteTransactions(writer, harness().prefix(), [&](const std::string& line) {
        Note(line);
        return --lines > 0;
      });
      return Crash(writer);
    }
    CrashAll();
    harness().Close();
    ChildProcess writer({"--log-contract-writer", harness().locator(), harness().prefix()});
    for (; lines > 0; --lines) {
      const auto line = writer.ReadLine();
      ASSERT_TRUE(line.has_value()) << "the writer ended by itself";
      Note(*line);
    }
    writer.Kill();
    while (const auto line = writer.ReadLine()) Note(*line);
    harness().Open();
  }

  void Note(const std::string& line) {
    if (line.starts_with("acked ")) acknowledged_ = std::stoi(line.substr(6)) + 1;
  }

  /// Everything acknowledged is there, whole and in order, and at most the one in flight besides.
  void CheckContent() {
    LogDriver& reader = Open(WriterOptions(harness().prefix()));
    ASSERT_TRUE(reader.Init().ok());
    const CommittedDone committed = reader.Committed(0);
    ASSERT_TRUE(committed.status.ok()) << committed.status.ToString();
    const int count = static_cast<int>(committed.next.at(0).value_or(0));
    EXPECT_GE(count, acknowledged_);
    EXPECT_LE(count, acknowledged_ + 1);
    const auto expected = WrittenBy(count);
    for (std::size_t p = 0; p < expected.size(); ++p) {
      EXPECT_EQ(Values(reader.ReadAll(At("out", static_cast<Partition>(p)))), expected[p])
          << "partition " << p;
    }
    acknowledged_ = count;
    Crash(reader);
  }

  int acknowledged_ = 0;
};

TEST_F(KillContractTest, AfterKill9AllThatWasAcknowledgedIsThereAndNothingElse) {
  const auto seed = static_cast<std::uint32_t>(::testing::UnitTest::GetInstance()->random_seed());
  SCOPED_TRACE(::testing::Message() << "replay with --gtest_random_seed=" << seed);
  std::mt19937 rng(seed);
  for (int round = 0; round < 5; ++round) {
    WriteAndKill(1 + static_cast<int>(rng() % 25));
    CheckContent();
    if (HasFailure()) return;
  }
  EXPECT_GT(acknowledged_, 0);
}

}  // namespace
}  // namespace evenkeel::testing
