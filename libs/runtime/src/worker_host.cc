#include "evenkeel/runtime/worker_host.h"

#include <map>
#include <string>

#include "worker_samples.h"
#include <pthread.h>

#include "evenkeel/base/clock.h"

namespace evenkeel {
namespace {

constexpr std::chrono::milliseconds kIdleWait{20};
constexpr std::chrono::milliseconds kPublishInterval{200};

}  // namespace

WorkerHost::WorkerHost(std::string component, std::vector<std::unique_ptr<Worker>> workers,
                       const Logger& logger)
    : component_(std::move(component)),
      logger_(logger),
      workers_(std::move(workers)),
      snapshots_(workers_.size()) {}

WorkerHost::~WorkerHost() {
  RequestStop();
  threads_.clear();
}

void WorkerHost::Start() {
  {
    const std::lock_guard lock(mutex_);
    running_ = workers_.size();
  }
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    threads_.emplace_back([this, i] { Run(i); });
    const std::string name = "worker-" + std::to_string(i);  // As `top -H` and debuggers show it.
    ::pthread_setname_np(threads_.back().native_handle(), name.c_str());
  }
}

void WorkerHost::RequestStop() {
  for (const auto& worker : workers_) worker->RequestStop();
}

bool WorkerHost::WaitUntil(std::chrono::steady_clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  return ended_.wait_until(lock, deadline, [this] { return running_ == 0; });
}

Status WorkerHost::status() const {
  const std::lock_guard lock(mutex_);
  return status_;
}

std::vector<WorkerStatus> WorkerHost::Snapshot() const {
  const std::lock_guard lock(mutex_);
  return snapshots_;
}

void WorkerHost::Collect(std::vector<MetricSample>& out) const {
  AppendWorkerSamples(component_, Snapshot(), out);
}

void WorkerHost::Publish(std::size_t index, WorkerStatus status) {
  const std::lock_guard lock(mutex_);
  snapshots_[index] = std::move(status);
}

void WorkerHost::Run(std::size_t index) {
  Worker& worker = *workers_[index];
  std::map<Partition, TaskPhase> phases;
  std::string health;
  auto published = std::chrono::steady_clock::time_point{};
  Status result;
  while (result.ok() && !worker.stopped()) {
    const Now now = ReadClocks();
    result = worker.Step(now);
    if (now.monotonic - published >= kPublishInterval) {
      published = now.monotonic;
      WorkerStatus status = worker.status();
      LogWorkerChanges(logger_, component_, index, status, phases, health);
      Publish(index, std::move(status));
    }
    if (result.ok() && !worker.stopped()) worker.Wait(kIdleWait);
  }
  Publish(index, worker.status());
  if (!result.ok()) {
    logger_.Write(LogSeverity::kError, "worker", "worker ends; the process should be restarted",
                  {{"application", PublicText(component_)},
                   {"worker", index},
                   {"error", PublicText(result.ToString())}});
  }
  const std::lock_guard lock(mutex_);
  if (status_.ok()) status_ = result;
  --running_;
  ended_.notify_all();
}

}  // namespace evenkeel
