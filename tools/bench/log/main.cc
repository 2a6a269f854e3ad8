// Measures a log through its port: produce, commit, poll. One JSON line per figure.
//
//   evenkeel-bench-log [records] [records per transaction] [bytes per value]

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include <stdlib.h>
#include <time.h>

#include "evenkeel/base/check.h"
#include "evenkeel/base/clock.h"
#include "evenkeel/log/local_log.h"
#include "evenkeel/log/sim_log.h"

namespace evenkeel {
namespace {

constexpr Partition kPartitions = 8;

struct Load {
  long records = 1'000'000;
  long per_transaction = 1000;
  long value_bytes = 200;
};

struct Clock {
  std::chrono::steady_clock::time_point wall = std::chrono::steady_clock::now();
  double cpu = CpuSeconds();

  static double CpuSeconds() {
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
  }
};

void Print(const char* log, const char* figure, const Load& load, const Clock& begin) {
  const double cpu = Clock::CpuSeconds() - begin.cpu;
  const double wall =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin.wall).count();
  const auto records = static_cast<double>(load.records);
  std::printf(
      "{\"bench\":\"log\",\"log\":\"%s\",\"figure\":\"%s\",\"records\":%ld,"
      "\"records_per_transaction\":%ld,\"value_bytes\":%ld,\"records_per_second\":%.0f,"
      "\"records_per_cpu_second\":%.0f,\"cpu_seconds_per_million\":%.3f}\n",
      log, figure, load.records, load.per_transaction, load.value_bytes, records / wall,
      records / cpu, 1e6 * cpu / records);
  std::fflush(stdout);
}

/// A session that writes in transactions and reads everything back.
class Bench {
 public:
  Bench(LogCluster& cluster, const Load& load)
      : load_(load), value_(static_cast<std::size_t>(load.value_bytes), 'x') {
    EVENKEEL_CHECK(
        cluster.CreateTopic({.name = "bench", .partitions = kPartitions}, std::chrono::minutes(1))
            .ok());
    auto session = cluster.OpenSession({.transactional_id = "bench"});
    EVENKEEL_CHECK(session.ok());
    session_ = std::move(session).value();
    session_->Init();
    Until<InitDone>();
  }

  void WriteTransaction() {
    session_->Begin();
    for (long i = 0; i < load_.per_transaction; ++i, ++written_) {
      const std::string key = "customer " + std::to_string(written_ % 100'000);
      const OutRecord record{.topic = "bench",
                             .partition = static_cast<Partition>(written_ % kPartitions),
                             .key = key,
                             .value = value_};
      while (session_->Produce(record) == ProduceResult::kFull) Poll();
    }
    session_->Commit({});
    const TransactionDone done = Until<TransactionDone>();
    EVENKEEL_CHECK(done.outcome == CommitOutcome::kAcknowledged);
  }

  void OpenReaders() {
    for (Partition p = 0; p < kPartitions; ++p) session_->OpenReader({"bench", p}, 0);
  }

  void ReadAll() {
    while (read_ < written_) Poll();
  }

  long written() const { return written_; }

 private:
  void Poll() {
    poll_.clear();
    session_->Poll(2000, poll_);
    for (const LogRecord& record : poll_.reader_records) {
      EVENKEEL_CHECK(record.value->size() == value_.size());
    }
    read_ += std::ssize(poll_.reader_records);
    if (poll_.empty()) session_->Wait(std::chrono::seconds(1));
  }

  template <typename Event>
  Event Until() {
    while (true) {
      Poll();
      for (const LogEvent& event : poll_.events) {
        if (const auto* found = std::get_if<Event>(&event)) return *found;
      }
    }
  }

  const Load load_;
  const std::string value_;
  std::unique_ptr<LogSession> session_;
  LogPoll poll_;
  long written_ = 0;
  long read_ = 0;
};

void Run(const char* name, const Load& load,
         const std::function<std::unique_ptr<LogCluster>()>& make) {
  {
    const auto cluster = make();
    Bench bench(*cluster, load);
    const Clock writing;
    while (bench.written() < load.records) bench.WriteTransaction();
    Print(name, "produce_commit", load, writing);
    const Clock reading;
    bench.OpenReaders();
    bench.ReadAll();
    Print(name, "poll", load, reading);
  }
  const auto cluster = make();
  Bench bench(*cluster, load);
  bench.OpenReaders();
  const Clock both;
  while (bench.written() < load.records) {
    bench.WriteTransaction();
    bench.ReadAll();
  }
  Print(name, "produce_commit_poll", load, both);
}

}  // namespace
}  // namespace evenkeel

int main(int argc, char** argv) {
  using evenkeel::LogCluster;
  evenkeel::Load load;
  if (argc > 1) load.records = std::atol(argv[1]);
  if (argc > 2) load.per_transaction = std::atol(argv[2]);
  if (argc > 3) load.value_bytes = std::atol(argv[3]);
  if (load.records < 1 || load.per_transaction < 1 || load.value_bytes < 0) {
    std::fputs("evenkeel-bench-log [records] [records per transaction] [bytes per value]\n",
               stderr);
    return 2;
  }
  std::string folder = (std::filesystem::temp_directory_path() / "evenkeel-bench-XXXXXX").string();
  EVENKEEL_CHECK(mkdtemp(folder.data()) != nullptr);
  int opened = 0;
  evenkeel::Run("local", load, [&]() -> std::unique_ptr<LogCluster> {
    auto log = evenkeel::LocalLog::Open(
        {.folder = folder + "/" + std::to_string(++opened), .wall_clock = evenkeel::WallTime});
    EVENKEEL_CHECK(log.ok());
    return std::move(log).value();
  });
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
  evenkeel::Run("sim", load, [] { return std::make_unique<evenkeel::SimLog>(); });
  return 0;
}
