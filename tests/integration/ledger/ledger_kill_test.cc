#include <chrono>
#include <cstdio>
#include <filesystem>
#include <map>
#include <random>
#include <string_view>
#include <thread>

#include "ledger/temp_directory.h"
#include "ledger_process.h"
#include <gtest/gtest.h>

namespace evenkeel::testing {

using std::chrono::milliseconds;

/// Processes of ledger workers that are killed at random while they work.
class LedgerKillTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto seed = static_cast<std::uint32_t>(::testing::UnitTest::GetInstance()->random_seed());
    std::printf("kills drawn from seed %u\n", seed);
    rng_.seed(seed);
    plan_.prefix = "kill" + std::to_string(std::random_device()()) + ".";
    plan_.rows = 8;
    site_ = MakeLedgerSite(plan_.prefix, "");
    processes_ = site_->is_shared() ? 2 : 1;
    records_ = site_->is_shared() ? 200'000 : 80'000;
  }

  /// Opens the log, does `work`, closes it again where only one process can have it.
  template <typename Work>
  void WithLog(const Work& work) {
    const std::unique_ptr<LogCluster> cluster = site_->Open();
    LedgerLog log(*cluster, plan_, [] { std::this_thread::sleep_for(milliseconds(1)); });
    work(log);
  }

  void WriteAll() {
    WithLog([&](LedgerLog& log) {
      const Status created = log.CreateTopics();
      ASSERT_TRUE(created.ok()) << created.ToString();
      const std::vector<LedgerLog::Line> all =
          MakeCommands({.seed = 4, .count = records_, .keys = 5000}, plan_.rows);
      for (std::size_t i = 0; i < all.size(); i += 5000) {
        const auto begin = all.begin() + static_cast<std::ptrdiff_t>(i);
        const auto left = std::min<std::ptrdiff_t>(5000, all.end() - begin);
        const Status written = log.Write({begin, begin + left});
        ASSERT_TRUE(written.ok()) << written.ToString();
      }
    });
  }

  void Start(int process, int steps_per_second) {
    running_[process] = std::make_unique<LedgerProcess>(
        ProcessPlan{plan_, directory_.path(), process, steps_per_second}, site_->locator());
  }

  /// Reads on until `done`, for at most a minute. False if the process ended by itself.
  template <typename Done>
  bool Follow(LedgerProcess& process, const Done& done) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (std::chrono::steady_clock::now() < deadline) {
      const std::optional<Progress> progress = process.Next();
      if (!progress) return false;
      if (done(*progress)) return true;
    }
    return false;
  }

  /// Kills `process` once it has processed at least `records` more.
  void KillAfter(int number, std::uint64_t records) {
    LedgerProcess& process = *running_[number];
    const std::uint64_t until = process.last().records + records;
    ASSERT_TRUE(Follow(process, [&](const Progress& p) { return p.records >= until; }))
        << "process " << number << " does not get on";
    std::this_thread::sleep_for(milliseconds(rng_() % 50));
    process.Kill();
  }

  /// As if the disk of the dead process had been lost with it.
  void DeleteStores(int process) {
    std::filesystem::remove_all(directory_.path() + "/process-" + std::to_string(process));
  }

  void AwaitRest() {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(3);
    for (int idle = 0; idle < 100; idle = AllIdle() ? idle + 1 : 0) {
      ASSERT_LT(std::chrono::steady_clock::now(), deadline) << "the workers do not come to rest";
    }
  }

  bool AllIdle() {
    std::size_t rows = 0;
    for (auto& [number, process] : running_) {
      if (!process->Next() || !process->last().is_idle) return false;
      rows += process->last().rows.size();
    }
    return rows == static_cast<std::size_t>(plan_.rows);
  }

  /// Everything that was written was processed, once, and nothing is left behind.
  void ExpectAsTheOracleSays();

  std::mt19937 rng_;
  LedgerPlan plan_;
  int processes_ = 1;
  int records_ = 0;
  std::unique_ptr<LedgerSite> site_;
  TempDirectory directory_;
  std::map<int, std::unique_ptr<LedgerProcess>> running_;
};

namespace {

TEST_F(LedgerKillTest, TwentyKillsChangeNothing) {
  constexpr int kKills = 20;
  constexpr int kPace = 100;  // Steps a second: so that every kill finds work.
  WriteAll();
  if (HasFatalFailure()) return;
  for (int i = 0; i < processes_; ++i) Start(i, kPace);
  int kills_with_open_transaction = 0;
  for (int kill = 0; kill < kKills; ++kill) {
    const int victim = static_cast<int>(rng_() % static_cast<unsigned>(processes_));
    SCOPED_TRACE("kill " + std::to_string(kill));
    KillAfter(victim, 200 + rng_() % 1800);
    if (HasFatalFailure()) return;
    const int pending = site_->PendingRows(plan_.topic("out"), running_[victim]->last().rows);
    kills_with_open_transaction += pending > 0 ? 1 : 0;
    if (kill % 4 == 3) DeleteStores(victim);
    Start(victim, kPace);
  }
  // The rest in one go.
  for (int i = 0; i < processes_; ++i) {
    running_[i]->Kill();
    Start(i, 0);
  }
  AwaitRest();
  if (HasFatalFailure()) return;
  running_.clear();

  std::printf("%d kills, %d of them left records that only a read-uncommitted reader sees\n",
              kKills, kills_with_open_transaction);
  if (site_->is_shared()) {
    EXPECT_GE(kills_with_open_transaction, 3);
  }
  ExpectAsTheOracleSays();
}

// Nobody comes back: who survives gets the rows, and the transaction that was open is undone.
TEST_F(LedgerKillTest, WhoSurvivesTakesOverWhatTheDeadOneHad) {
  if (!site_->is_shared()) {
    GTEST_SKIP() << "not applicable: only one process can have this log open";
  }
  constexpr int kPace = 100;
  WriteAll();
  if (HasFatalFailure()) return;
  for (int i = 0; i < processes_; ++i) Start(i, kPace);
  // Both at work, then one of them never again.
  for (int i = 0; i < processes_; ++i) {
    ASSERT_TRUE(Follow(*running_[i], [](const Progress& p) { return p.records >= 1000; }));
  }
  KillAfter(0, 500);
  if (HasFatalFailure()) return;
  running_.erase(0);
  ASSERT_TRUE(Follow(*running_[1], [&](const Progress& p) {
    return p.rows.size() == static_cast<std::size_t>(plan_.rows);
  })) << "the survivor does not get all rows";
  // The survivor dies as well, with its disk, and comes back alone.
  KillAfter(1, 500);
  if (HasFatalFailure()) return;
  DeleteStores(1);
  Start(1, 0);
  AwaitRest();
  if (HasFatalFailure()) return;
  running_.clear();
  ExpectAsTheOracleSays();
}

}  // namespace

void LedgerKillTest::ExpectAsTheOracleSays() {
  WithLog([&](LedgerLog& log) {
    const Result<std::vector<LedgerOracle>> oracles = log.Check();
    ASSERT_TRUE(oracles.ok()) << oracles.status().ToString();
    std::size_t outputs = 0;
    for (const LedgerOracle& oracle : *oracles) {
      outputs += oracle.outputs().size();
      EXPECT_EQ(oracle.open_calls(), 0U);
    }
    std::printf("%d records in, %zu out, as the oracle says\n", records_, outputs);
    // Nothing is left behind.
    for (Partition row = 0; row < plan_.rows; ++row) {
      const Result<RowHistory> history = log.History(row);
      ASSERT_TRUE(history.ok());
      for (const InputNext& input : history->journal.back().inputs) {
        const std::vector<StoredLine>& lines = history->inputs.at(input.topic);
        EXPECT_GT(input.next, lines.empty() ? -1 : lines.back().offset) << input.topic;
      }
    }
  });
}

}  // namespace evenkeel::testing

int main(int argc, char** argv) {
  if (argc > 1 && std::string_view(argv[1]) == evenkeel::testing::kProcessFlag) {
    return evenkeel::testing::RunLedgerProcess({argv + 2, argv + argc});
  }
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
