#include <algorithm>
#include <filesystem>
#include <fstream>

#include "local_log_fixture.h"
#include <signal.h>
#include <sys/resource.h>

namespace evenkeel::testing {
namespace {

namespace fs = std::filesystem;

class LocalLogDamageTest : public LocalLogFixture {
 protected:
  void SetUp() override {
    Reopen();
    MakeTopic({.name = "out"});
  }

  void WriteSome(int transactions) {
    LogDriver& writer = OpenWriter();
    for (int i = 0; i < transactions; ++i) {
      const std::string value = std::to_string(i) + std::string(2000, 'x');
      ASSERT_EQ(Write(writer, {.topic = "out", .key = "k", .value = value}).outcome,
                CommitOutcome::kAcknowledged);
    }
  }

  /// Overwrites the middle of every file with this ending. The number of files.
  int Damage(const std::string& ending) {
    int damaged = 0;
    for (const auto& entry : fs::directory_iterator(folder())) {
      if (entry.path().extension() != ending || entry.file_size() < 1000) continue;
      std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
      file.seekp(static_cast<std::streamoff>(entry.file_size() / 2));
      file << "damaged";
      ++damaged;
    }
    return damaged;
  }
};

/// No file of this process may grow beyond a size, as on a full disk.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    previous_handler_ = signal(SIGXFSZ, SIG_IGN);
    EVENKEEL_CHECK(getrlimit(RLIMIT_FSIZE, &previous_) == 0);
    const rlimit limit{.rlim_cur = bytes, .rlim_max = previous_.rlim_max};
    EVENKEEL_CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &previous_);
    signal(SIGXFSZ, previous_handler_);
  }

 private:
  rlimit previous_{};
  void (*previous_handler_)(int) = nullptr;
};

TEST_F(LocalLogDamageTest, DamageInTheMiddleOfTheJournalIsFoundAtOpen) {
  WriteSome(50);
  Close();
  ASSERT_GT(Damage(".log"), 0);
  const auto opened = LocalLog::Open(options_);
  ASSERT_FALSE(opened.ok()) << "acknowledged records are gone and nobody says so";
  EXPECT_EQ(opened.status().code(), StatusCode::kDataLoss) << opened.status().ToString();
}

TEST_F(LocalLogDamageTest, DamagedRecordsFailTheSessionThatReadsThem) {
  WriteSome(50);
  Reopen();  // Moves the journal into tables.
  Close();
  ASSERT_GT(Damage(".sst"), 0);
  auto opened = LocalLog::Open(options_);
  if (!opened.ok()) {
    EXPECT_EQ(opened.status().code(), StatusCode::kDataLoss) << opened.status().ToString();
    return;
  }
  log_ = std::move(opened).value();
  LogDriver& reader = OpenWriter();
  reader->OpenReader({"out", 0}, 0);
  const auto failed = reader.Await<SessionFailed>();
  ASSERT_TRUE(failed.has_value());
  EXPECT_EQ(failed->outcome, CommitOutcome::kUnknown);
  EXPECT_EQ(failed->status.code(), StatusCode::kDataLoss) << failed->status.ToString();
}

TEST_F(LocalLogDamageTest, AFullDiskIsNeverAcknowledged) {
  int acknowledged = 0;
  {
    LogDriver& writer = OpenWriter();
    LogDriver& bystander = OpenWriter("bystander");
    const FileSizeLimit limit(300'000);
    TransactionDone done{.outcome = CommitOutcome::kAcknowledged};
    for (; done.outcome == CommitOutcome::kAcknowledged && acknowledged < 1000; ++acknowledged) {
      const std::string value = std::to_string(acknowledged) + std::string(2000, 'x');
      done = Write(writer, {.topic = "out", .key = "k", .value = value});
    }
    --acknowledged;
    ASSERT_LT(acknowledged, 999) << "the limit had no effect";
    EXPECT_EQ(done.outcome, CommitOutcome::kUnknown);
    EXPECT_FALSE(done.status.ok());
    EXPECT_TRUE(writer.Await<SessionFailed>().has_value());
    EXPECT_TRUE(bystander.Await<SessionFailed>().has_value());
    EXPECT_FALSE(Open({.transactional_id = "later"}).Init().ok());
    Close();
  }
  Reopen();
  const auto records = OpenWriter().ReadAll({"out", 0});
  // The one in flight may have come through, whole.
  EXPECT_GE(records.size(), static_cast<std::size_t>(acknowledged));
  EXPECT_LE(records.size(), static_cast<std::size_t>(acknowledged) + 1);
  for (std::size_t i = 0; i < records.size(); ++i) {
    EXPECT_EQ(records[i].value, std::to_string(i) + std::string(2000, 'x'));
  }
}

}  // namespace
}  // namespace evenkeel::testing
