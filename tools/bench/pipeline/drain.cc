#include "drain.h"

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include "ledger/ledger_rig.h"
#include "topics.h"

#include "evenkeel/base/clock.h"
#include "evenkeel/engine/worker.h"

namespace evenkeel::bench {
namespace {

using std::chrono::milliseconds;

[[noreturn]] void Die(const Status& status) {
  std::fprintf(stderr, "worker: %s\n", status.ToString().c_str());
  std::_Exit(3);
}

struct Progress {
  WorkerCounters counters;
  std::size_t rows = 0;
  bool is_idle = false;  ///< Nothing is left of its rows that is not committed.
};

Progress ProgressOf(const WorkerStatus& status) {
  Progress progress{.counters = status.counters, .rows = status.tasks.size(), .is_idle = true};
  for (const TaskStatus& task : status.tasks) {
    if (task.phase == TaskPhase::kStopped) Die(task.status);
    progress.is_idle = progress.is_idle && task.phase == TaskPhase::kRunning;
    for (const InputStatus& input : task.inputs) {
      progress.is_idle =
          progress.is_idle && input.at_end && input.buffered == 0 && input.next == input.committed;
    }
  }
  return progress;
}

/// One worker on one thread, as a decider has it.
class WorkerThread {
 public:
  WorkerThread(LogCluster& cluster, StoreResources& stores, const testing::LedgerPlan& plan,
               WorkerOptions options)
      : worker_({.cluster = cluster, .stores = stores, .effects = sink_}, std::move(options),
                std::make_unique<testing::LedgerProcessor>(plan.topics(), journal_)) {}

  void Start() {
    thread_ = std::thread([this] { Run(); });
  }
  /// Ends in order.
  void Stop() {
    worker_.RequestStop();
    thread_.join();
  }
  Progress progress() {
    const std::lock_guard lock(mutex_);
    return progress_;
  }

 private:
  void Run() {
    auto reported = std::chrono::steady_clock::now();
    while (!worker_.stopped()) {
      const Now now = ReadClocks();
      const Status status = worker_.Step(now);
      if (!status.ok()) Die(status);
      // A status has names in it: not on every step.
      if (now.monotonic - reported >= milliseconds(20)) {
        reported = now.monotonic;
        const Progress progress = ProgressOf(worker_.status());
        const std::lock_guard lock(mutex_);
        progress_ = progress;
      }
      if (!worker_.stopped()) worker_.Wait(milliseconds(10));
    }
  }

  testing::LedgerProcessor::Journal journal_;
  testing::LedgerSink sink_;
  Worker worker_;
  std::mutex mutex_;
  Progress progress_;  ///< Guarded by mutex_.
  std::thread thread_;
};

using Workers = std::vector<std::unique_ptr<WorkerThread>>;

/// Says every half second how far they are, and at the end what they did.
void AwaitEnd(const Workers& workers, std::size_t rows, std::uint64_t events) {
  for (int turn = 1;; ++turn) {
    std::this_thread::sleep_for(milliseconds(20));
    WorkerCounters sum;
    std::size_t rows_owned = 0;
    bool is_idle = true;
    for (const auto& worker : workers) {
      const Progress one = worker->progress();
      sum.records += one.counters.records;
      sum.commits += one.counters.commits;
      sum.aborts += one.counters.aborts;
      sum.commit_time += one.counters.commit_time;
      rows_owned += one.rows;
      is_idle = is_idle && one.is_idle;
    }
    const bool is_done = is_idle && rows_owned == rows && sum.records >= events;
    if (is_done || turn % 25 == 0) {
      std::printf("%s %llu %llu %llu %.3f\n", is_done ? "done" : "at",
                  static_cast<unsigned long long>(sum.records),
                  static_cast<unsigned long long>(sum.commits),
                  static_cast<unsigned long long>(sum.aborts),
                  std::chrono::duration<double, std::milli>(sum.commit_time).count());
      std::fflush(stdout);
    }
    if (is_done) return;
  }
}

}  // namespace

std::vector<std::string> DrainPlan::Arguments() const {
  return {kDrainFlag,
          bootstrap,
          prefix,
          std::to_string(partitions),
          directory,
          std::to_string(workers),
          std::to_string(interval.count()),
          std::to_string(events),
          std::to_string(read_ahead_bytes)};
}

int RunDrain(const std::vector<std::string>& arguments) {
  testing::LedgerPlan plan;
  plan.prefix = arguments.at(1);
  plan.rows = std::stoi(arguments.at(2));
  const auto cluster = OpenCluster(arguments.at(0));
  testing::LedgerLog log(*cluster, plan, [] {});
  if (const Status attached = log.Attach(); !attached.ok()) {
    std::fprintf(stderr, "drain: %s\n", attached.ToString().c_str());
    return 3;
  }
  StoreResources stores(StoreResources::Options{});
  Workers workers;
  for (int i = 0; i < std::stoi(arguments.at(4)); ++i) {
    WorkerOptions options = testing::LedgerOptions(plan, log.cluster_id(),
                                                   "worker-" + std::to_string(i), arguments.at(3));
    options.app_version = "bench";
    options.commit.interval = milliseconds(std::stol(arguments.at(5)));
    options.commit.backlog_interval = options.commit.interval;  // All of it is a backlog.
    options.intake.read_ahead_bytes = std::stoull(arguments.at(7));
    const Status checked = CheckOptions(options);
    if (!checked.ok()) std::fprintf(stderr, "drain: %s\n", checked.ToString().c_str());
    if (!checked.ok()) return 3;
    workers.push_back(std::make_unique<WorkerThread>(*cluster, stores, plan, std::move(options)));
  }
  for (const auto& worker : workers) worker->Start();
  AwaitEnd(workers, static_cast<std::size_t>(plan.rows), std::stoull(arguments.at(6)));
  for (const auto& worker : workers) worker->Stop();
  return 0;
}

}  // namespace evenkeel::bench
