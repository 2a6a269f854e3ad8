#include "common/run_until.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <memory>
#include <mutex>
#include <thread>

#include <unistd.h>

namespace evenkeel {
namespace {

constexpr std::chrono::milliseconds kLook{100};

Status FirstError(const std::vector<WorkerHost*>& hosts) {
  for (const WorkerHost* host : hosts) EVENKEEL_RETURN_IF_ERROR(host->status());
  return {};
}

/// Ends the process at `deadline`, whatever still runs then: everything that counts is in the log.
void EndAt(std::chrono::steady_clock::time_point deadline,
           std::shared_ptr<const std::atomic<bool>> drained) {
  std::thread([deadline, drained = std::move(drained)] {
    std::this_thread::sleep_until(deadline);
    std::fputs(*drained ? "ending without waiting for calls under way\n"
                        : "ending before work was finished; it is done again at the next start\n",
               stderr);
    _exit(*drained ? 0 : 1);
  }).detach();
}

}  // namespace

Status RunUntilStopped(const std::vector<WorkerHost*>& hosts, const std::stop_token& stop,
                       std::chrono::milliseconds drain_timeout, Readiness& readiness,
                       ApiServer* api) {
  for (WorkerHost* host : hosts) host->Start();
  Status status;
  while (!stop.stop_requested() && status.ok()) {
    // Returns early when the host's workers have all ended.
    hosts.front()->WaitUntil(std::chrono::steady_clock::now() + kLook);
    status = FirstError(hosts);
    if (api != nullptr) api->SetServing(readiness.is_ready());
  }
  readiness.BeginDrain();
  if (api != nullptr) api->SetServing(false);
  for (WorkerHost* host : hosts) host->RequestStop();
  const auto deadline = std::chrono::steady_clock::now() + drain_timeout;
  const auto is_drained = std::make_shared<std::atomic<bool>>(false);
  EndAt(deadline, is_drained);
  const bool drained = std::all_of(hosts.begin(), hosts.end(),
                                   [&](WorkerHost* host) { return host->WaitUntil(deadline); });
  *is_drained = drained;
  return status.ok() ? FirstError(hosts) : status;
}

void ServeUntilStopped(const std::stop_token& stop, Readiness& readiness, ApiServer& api) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  while (!stop.stop_requested()) {
    api.SetServing(readiness.is_ready());
    never.wait_for(lock, stop, kLook, [] { return false; });
  }
  readiness.BeginDrain();
  api.SetServing(false);
}

}  // namespace evenkeel
