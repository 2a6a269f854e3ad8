#include "common/run_until.h"

#include <algorithm>

namespace evenkeel {
namespace {

constexpr std::chrono::milliseconds kLook{100};

Status FirstError(const std::vector<WorkerHost*>& hosts) {
  for (const WorkerHost* host : hosts) EVENKEEL_RETURN_IF_ERROR(host->status());
  return {};
}

}  // namespace

Status RunUntilStopped(const std::vector<WorkerHost*>& hosts, const std::stop_token& stop,
                       std::chrono::milliseconds drain_timeout) {
  for (WorkerHost* host : hosts) host->Start();
  Status status;
  while (!stop.stop_requested() && status.ok()) {
    // Returns early when the host's workers have all ended.
    hosts.front()->WaitUntil(std::chrono::steady_clock::now() + kLook);
    status = FirstError(hosts);
  }
  for (WorkerHost* host : hosts) host->RequestStop();
  const auto deadline = std::chrono::steady_clock::now() + drain_timeout;
  const bool drained = std::all_of(hosts.begin(), hosts.end(),
                                   [&](WorkerHost* host) { return host->WaitUntil(deadline); });
  if (status.ok()) status = FirstError(hosts);
  if (status.ok() && !drained) {
    return {StatusCode::kDeadlineExceeded,
            "work was not finished in the time to drain; what was not committed is done again"};
  }
  return status;
}

}  // namespace evenkeel
