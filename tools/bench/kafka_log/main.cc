// Consume, process, produce through the log port on a real Kafka: the changelog and decision load
// of a task without the task. One JSON line.
//
//   evenkeel-bench-kafka-log BOOTSTRAP [records] [commit interval, ms] [partitions]
//     ... [prefetch, KiB]
//
// Each record of 200 bytes makes a changelog record of 300 and, every tenth, an output of 250. Void
// (exit 1) unless every record was read once and every output is in the log.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <time.h>

#include "evenkeel/base/check.h"
#include "evenkeel/log/kafka_log.h"

namespace evenkeel {
namespace {

using Clock = std::chrono::steady_clock;

struct Load {
  std::string bootstrap;
  long records = 1'000'000;
  std::chrono::milliseconds interval{100};
  Partition partitions = 8;
  std::int32_t prefetch_kib = 0;  // As the log has it.
};

double CpuSeconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

double Ms(Clock::duration span) { return std::chrono::duration<double, std::milli>(span).count(); }

/// Polls until an event of this kind comes.
template <typename Event>
Event Await(LogSession& session) {
  LogPoll poll;
  while (true) {
    session.Wait(std::chrono::milliseconds(100));
    poll.clear();
    session.Poll(0, poll);
    for (const LogEvent& event : poll.events) {
      if (const auto* found = std::get_if<Event>(&event)) return *found;
    }
  }
}

class Bench {
 public:
  explicit Bench(Load load) : load_(std::move(load)) {
    KafkaLogOptions options;
    options.properties["bootstrap.servers"] = load_.bootstrap;
    if (load_.prefetch_kib > 0) options.prefetch_kib = load_.prefetch_kib;
    auto cluster = OpenKafkaCluster(std::move(options));
    EVENKEEL_CHECK(cluster.ok());
    cluster_ = std::move(cluster).value();
    for (const std::string& topic : {in_, changelog_, out_}) {
      const Status made = cluster_->CreateTopic({.name = topic, .partitions = load_.partitions},
                                                std::chrono::seconds(20));
      if (!made.ok()) std::fprintf(stderr, "%s\n", made.ToString().c_str());
      EVENKEEL_CHECK(made.ok());
    }
  }

  void Fill() {
    const auto session = Open({.transactional_id = prefix_ + "fill"});
    std::string value(200, 'x');
    std::mt19937 rng(1);
    LogPoll poll;
    for (long written = 0; written < load_.records;) {
      session->Begin();
      for (long i = 0; i < 50'000 && written < load_.records; ++i, ++written) {
        for (std::size_t at = 0; at < 60; ++at) value[at] = static_cast<char>('a' + rng() % 26);
        const std::string key = "customer-" + std::to_string(rng() % 100'000);
        Produce(*session, {.topic = in_,
                           .partition = static_cast<Partition>(written % load_.partitions),
                           .key = key,
                           .value = value});
      }
      session->Commit({});
      EVENKEEL_CHECK(Await<TransactionDone>(*session).outcome == CommitOutcome::kAcknowledged);
    }
  }

  bool Run() {
    const auto session =
        Open({.transactional_id = prefix_ + "run",
              .inputs = {in_},
              .membership = GroupMembership{
                  .group = prefix_ + "group", .instance_id = "bench", .lead_topic = changelog_}});
    Await<RowsAssigned>(*session);
    const std::vector<Offset> start = {0};
    next_.assign(static_cast<std::size_t>(load_.partitions), 0);
    const double cpu = CpuSeconds();
    const auto begin = Clock::now();
    for (Partition row = 0; row < load_.partitions; ++row) session->StartRow(row, start);
    Drive(*session);
    const double seconds = Ms(Clock::now() - begin) / 1000;
    Print(seconds, CpuSeconds() - cpu, *KafkaStatsOf(*session));
    return read_ == load_.records;
  }

 private:
  std::unique_ptr<LogSession> Open(SessionOptions options) {
    auto session = cluster_->OpenSession(std::move(options));
    EVENKEEL_CHECK(session.ok());
    (*session)->Init();
    const InitDone done = Await<InitDone>(**session);
    if (!done.status.ok()) std::fprintf(stderr, "%s\n", done.status.ToString().c_str());
    EVENKEEL_CHECK(done.status.ok());
    return std::move(session).value();
  }

  static void Produce(LogSession& session, const OutRecord& record) {
    ProduceResult result = ProduceResult::kFull;
    while ((result = session.Produce(record)) == ProduceResult::kFull) {
      LogPoll poll;  // No transaction ends meanwhile: no event is missed that counts.
      session.Wait(std::chrono::milliseconds(1));
      session.Poll(0, poll);
    }
    EVENKEEL_CHECK(result == ProduceResult::kAccepted);
  }

  void Process(LogSession& session, const LogRecord& record) {
    EVENKEEL_CHECK(record.offset >= next_[static_cast<std::size_t>(record.partition)]);
    next_[static_cast<std::size_t>(record.partition)] = record.offset + 1;
    state_.assign(*record.value);
    state_.resize(300, 's');
    Produce(
        session,
        {.topic = changelog_, .partition = record.partition, .key = record.key, .value = state_});
    if (++read_ % 10 != 0) return;
    state_.resize(250);
    Produce(session,
            {.topic = out_, .partition = record.partition, .key = record.key, .value = state_});
    ++outputs_;
  }

  void Drive(LogSession& session) {
    LogPoll poll;
    bool is_open = false;
    auto opened = Clock::now();
    while (read_ < load_.records || is_open) {
      poll.clear();
      session.Poll(2000, poll);
      if (poll.empty()) session.Wait(std::chrono::milliseconds(5));
      for (const LogRecord& record : poll.records) {
        if (!is_open) {
          session.Begin();
          opened = Clock::now();
          is_open = true;
        }
        Process(session, record);
      }
      const bool is_due = Clock::now() - opened >= load_.interval || read_ == load_.records;
      if (!is_open || !is_due) continue;
      Commit(session);
      is_open = false;
    }
  }

  void Commit(LogSession& session) {
    std::vector<InputPosition> positions;
    for (Partition row = 0; row < load_.partitions; ++row) {
      positions.push_back({.input = 0, .row = row, .next = next_[static_cast<std::size_t>(row)]});
    }
    const auto begin = Clock::now();
    session.Commit(positions);
    const TransactionDone done = Await<TransactionDone>(session);
    if (!done.status.ok()) std::fprintf(stderr, "%s\n", done.status.ToString().c_str());
    EVENKEEL_CHECK(done.outcome == CommitOutcome::kAcknowledged);
    commit_ms_.push_back(Ms(Clock::now() - begin));
  }

  void Print(double seconds, double cpu, const KafkaSessionStats& stats) {
    std::sort(commit_ms_.begin(), commit_ms_.end());
    const auto at = [&](double share) {
      return commit_ms_[static_cast<std::size_t>(share *
                                                 static_cast<double>(commit_ms_.size() - 1))];
    };
    const auto records = static_cast<double>(load_.records);
    std::printf(
        "{\"bench\":\"kafka_log\",\"figure\":\"consume_process_produce\",\"records\":%ld,"
        "\"outputs\":%ld,\"partitions\":%d,\"commit_interval_ms\":%lld,\"seconds\":%.3f,"
        "\"records_per_second\":%.0f,\"cpu_seconds_per_million\":%.3f,\"transactions\":%zu,"
        "\"commit_ms_p50\":%.1f,\"commit_ms_p99\":%.1f,\"producer_renewals\":%llu}\n",
        load_.records, outputs_, load_.partitions, static_cast<long long>(load_.interval.count()),
        seconds, records / seconds, 1e6 * cpu / records, commit_ms_.size(), at(0.5), at(0.99),
        static_cast<unsigned long long>(stats.producer_renewals));
  }

  const Load load_;
  const std::string prefix_ = "bench-" + std::to_string(std::random_device()()) + ".";
  const std::string in_ = prefix_ + "in";
  const std::string changelog_ = prefix_ + "changelog";
  const std::string out_ = prefix_ + "out";
  std::unique_ptr<LogCluster> cluster_;
  std::vector<Offset> next_;
  std::string state_;
  long read_ = 0;
  long outputs_ = 0;
  std::vector<double> commit_ms_;
};

}  // namespace
}  // namespace evenkeel

int main(int argc, char** argv) {
  evenkeel::Load load;
  if (argc > 1) load.bootstrap = argv[1];
  if (argc > 2) load.records = std::atol(argv[2]);
  if (argc > 3) load.interval = std::chrono::milliseconds(std::atol(argv[3]));
  if (argc > 4) load.partitions = std::atoi(argv[4]);
  if (argc > 5) load.prefetch_kib = std::atoi(argv[5]);
  if (load.bootstrap.empty() || load.records < 1 || load.partitions < 1) {
    std::fputs("evenkeel-bench-kafka-log BOOTSTRAP [records] [interval ms] [partitions]\n", stderr);
    return 2;
  }
  evenkeel::Bench bench(load);
  bench.Fill();
  return bench.Run() ? 0 : 1;
}
