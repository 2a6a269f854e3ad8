#include <map>
#include <random>
#include <set>

#include "log_contract_test.h"

namespace evenkeel::testing {
namespace {

using Stream = std::pair<std::uint32_t, Partition>;

class PauseContractTest : public LogContractTest {
 protected:
  void SetUp() override {
    LogContractTest::SetUp();
    MakeTopics();
    writer_ = &OpenWriter();
    DeclareMembers({"m"});
    member_ = &OpenMember("m");
    ASSERT_TRUE(member_->OwnRows(kRows));
  }

  /// Appends a few values to a random input partition.
  void WriteSome() {
    const Stream stream{static_cast<std::uint32_t>(Below(2)), Below(kRows)};
    std::vector<std::string> values;
    for (int i = Below(20); i >= 0; --i) values.push_back(std::to_string(++last_value_));
    Write(*writer_, stream.first == 0 ? "in" : "in2", stream.second, values);
    auto& all = written_[stream];
    all.insert(all.end(), values.begin(), values.end());
  }

  void PauseOrResumeSome() {
    const Stream stream{static_cast<std::uint32_t>(Below(2)), Below(kRows)};
    if (Below(2) == 0) {
      (*member_)->PauseInput(stream.first, stream.second);
      paused_.insert(stream);
    } else {
      (*member_)->ResumeInput(stream.first, stream.second);
      paused_.erase(stream);
    }
  }

  bool HasAll() {
    std::size_t count = 0;
    for (const auto& [stream, values] : written_) count += values.size();
    return member_->records.size() >= count;
  }

  int Below(int n) { return static_cast<int>(rng_() % static_cast<unsigned>(n)); }

  std::mt19937 rng_;
  LogDriver* writer_ = nullptr;
  LogDriver* member_ = nullptr;
  std::map<Stream, std::vector<std::string>> written_;
  std::set<Stream> paused_;
  int last_value_ = 0;
};

TEST_F(PauseContractTest, RandomPausesLoseAndRepeatNothing) {
  const auto seed = static_cast<std::uint32_t>(::testing::UnitTest::GetInstance()->random_seed());
  SCOPED_TRACE(::testing::Message() << "replay with --gtest_random_seed=" << seed);
  rng_.seed(seed);
  for (Partition row = 0; row < kRows; ++row) {
    ASSERT_TRUE(member_->StartRow(row, {0, 0}).ok());
  }
  for (int round = 0; round < 150; ++round) {
    if (Below(3) == 0) WriteSome();
    PauseOrResumeSome();
    member_->Step(static_cast<std::size_t>(1 + Below(30)));
  }
  for (const Stream& stream : paused_) (*member_)->ResumeInput(stream.first, stream.second);
  ASSERT_TRUE(Until([&] { return HasAll(); }));
  for (const auto& [stream, values] : written_) {
    EXPECT_EQ(Values(OfStream(member_->records, stream.first, stream.second)), values)
        << "input " << stream.first << " row " << stream.second;
  }
}

TEST_F(PauseContractTest, APausedInputIsHeldBack) {
  ASSERT_TRUE(member_->StartRow(0, {0, 0}).ok());
  for (int input = 0; input < 2; ++input) {
    ASSERT_TRUE(member_->Await<InputAtEnd>().has_value());
  }
  (*member_)->PauseInput(0, 0);
  (*member_)->PauseInput(0, 0);
  Write(*writer_, "in", 0, {"held"});
  Write(*writer_, "in2", 0, {"free"});
  ASSERT_TRUE(Until([&] { return !OfStream(member_->records, 1, 0).empty(); }));
  EXPECT_TRUE(OfStream(member_->records, 0, 0).empty());
  (*member_)->ResumeInput(0, 0);
  (*member_)->ResumeInput(0, 0);
  ASSERT_TRUE(Until([&] { return !OfStream(member_->records, 0, 0).empty(); }));
  EXPECT_EQ(member_->records.size(), 2U);
}

TEST_F(PauseContractTest, StartingARowAgainLeavesNothingPaused) {
  Write(*writer_, "in", 0, {"v"});
  ASSERT_TRUE(member_->StartRow(0, {0, 0}).ok());
  (*member_)->PauseInput(0, 0);
  member_->records.clear();
  ASSERT_TRUE(member_->StartRow(0, {0, 0}).ok());
  EXPECT_TRUE(Until([&] { return !member_->records.empty(); }));
}

}  // namespace
}  // namespace evenkeel::testing
