#include "ledger_process.h"

#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <mutex>
#include <sstream>
#include <thread>
#include <utility>

#include "evenkeel/base/clock.h"
#include "evenkeel/engine/worker.h"

namespace evenkeel::testing {
namespace {

using std::chrono::milliseconds;

/// One worker on one thread.
class WorkerThread {
 public:
  WorkerThread(LogCluster& cluster, StoreResources& stores, const LedgerPlan& plan,
               WorkerOptions options, int steps_per_second)
      : worker_({.cluster = cluster, .stores = stores, .effects = sink_}, std::move(options),
                std::make_unique<LedgerProcessor>(plan.topics(), journal_)),
        pause_(steps_per_second > 0 ? 1'000'000 / steps_per_second : 0) {}

  void Run() {
    while (true) {
      const Status status = worker_.Step(ReadClocks());
      if (!status.ok()) {
        std::fprintf(stderr, "worker: %s\n", status.ToString().c_str());
        std::_Exit(3);
      }
      for (const LedgerSink::Pending& pending : std::exchange(sink_.pending, {})) {
        worker_.PostEffectResult(pending.row, AnswerTo(pending.effect));
      }
      Report();
      worker_.Wait(milliseconds(5));
      if (pause_.count() > 0) std::this_thread::sleep_for(pause_);
    }
  }

  Progress progress() {
    const std::lock_guard lock(mutex_);
    return progress_;
  }

 private:
  void Report() {
    const WorkerStatus status = worker_.status();
    Progress progress{.records = status.counters.records, .is_idle = !status.tasks.empty()};
    for (const TaskStatus& task : status.tasks) {
      progress.rows.push_back(task.row);
      progress.is_idle = progress.is_idle && task.phase == TaskPhase::kRunning;
      if (task.phase == TaskPhase::kStopped) {
        std::fprintf(stderr, "row %d: %s\n", task.row, task.status.ToString().c_str());
      }
      for (const InputStatus& input : task.inputs) {
        progress.is_idle = progress.is_idle && input.at_end && input.buffered == 0 &&
                           input.next == input.committed;
      }
    }
    const std::lock_guard lock(mutex_);
    progress_ = std::move(progress);
  }

  LedgerProcessor::Journal journal_;
  LedgerSink sink_;
  Worker worker_;
  const std::chrono::microseconds pause_;
  std::mutex mutex_;
  Progress progress_;  ///< Guarded by mutex_.
};

}  // namespace

std::vector<std::string> ProcessPlan::Arguments(const std::string& locator) const {
  return {kProcessFlag,
          locator,
          ledger.prefix,
          std::to_string(ledger.rows),
          directory,
          std::to_string(process),
          std::to_string(steps_per_second)};
}

std::vector<std::string> WorkerNames(int process) {
  std::vector<std::string> names;
  for (int i = 0; i < kWorkersPerProcess; ++i) {
    names.push_back("p" + std::to_string(process) + "w" + std::to_string(i));
  }
  return names;
}

int RunLedgerProcess(const std::vector<std::string>& arguments) {
  LedgerPlan plan;
  plan.prefix = arguments.at(1);
  plan.rows = std::stoi(arguments.at(2));
  const int process = std::stoi(arguments.at(4));
  const int steps_per_second = std::stoi(arguments.at(5));
  const std::unique_ptr<LedgerSite> site = MakeLedgerSite(plan.prefix, arguments.at(0));
  const std::unique_ptr<LogCluster> cluster = site->Open();
  LedgerLog log(*cluster, plan, [] { std::this_thread::sleep_for(milliseconds(1)); });
  if (const Status attached = log.Attach(); !attached.ok()) {
    std::fprintf(stderr, "process: %s\n", attached.ToString().c_str());
    return 3;
  }
  StoreResources stores({.cache_bytes = 32 << 20, .unflushed_bytes = 64 << 20});
  const std::string directory = arguments.at(3) + "/process-" + std::to_string(process);
  std::filesystem::create_directories(directory);
  std::vector<std::unique_ptr<WorkerThread>> workers;
  for (const std::string& name : WorkerNames(process)) {
    WorkerOptions options = LedgerOptions(plan, log.cluster_id(), name, directory);
    options.session_timeout = std::chrono::seconds(6);
    options.commit.interval = milliseconds(50);
    options.store.flush_age = milliseconds(300);
    if (steps_per_second > 0) options.intake.poll_records = options.intake.slice_records = 20;
    workers.push_back(std::make_unique<WorkerThread>(*cluster, stores, plan, std::move(options),
                                                     steps_per_second));
    std::thread([&worker = *workers.back()] { worker.Run(); }).detach();
  }
  while (true) {
    Progress all{.is_idle = true};
    for (const auto& worker : workers) {
      const Progress one = worker->progress();
      all.records += one.records;
      all.is_idle = all.is_idle && one.is_idle;
      all.rows.insert(all.rows.end(), one.rows.begin(), one.rows.end());
    }
    std::printf("%llu %d", static_cast<unsigned long long>(all.records), all.is_idle ? 1 : 0);
    for (const Partition row : all.rows) std::printf(" %d", row);
    std::printf("\n");
    std::fflush(stdout);
    std::this_thread::sleep_for(milliseconds(10));
  }
}

std::optional<Progress> LedgerProcess::Next() {
  const std::optional<std::string> line = child_.ReadLine();
  if (!line) return std::nullopt;
  std::istringstream in(*line);
  last_ = {};
  in >> last_.records >> last_.is_idle;
  for (Partition row = 0; in >> row;) last_.rows.push_back(row);
  return last_;
}

}  // namespace evenkeel::testing
