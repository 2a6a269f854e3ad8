#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

namespace evenkeel {

/// Work that may wait for a disk or the log, on threads of its own: handlers of calls must not.
///
/// Thread-safety: any thread.
class WorkQueue {
 public:
  WorkQueue(std::size_t threads, std::size_t waiting_max);
  /// Ends work under way; what waits is dropped.
  ~WorkQueue();
  WorkQueue(const WorkQueue&) = delete;
  WorkQueue& operator=(const WorkQueue&) = delete;

  /// False if too much waits already; `work` is not run then.
  [[nodiscard]] bool Post(std::function<void()> work);

 private:
  void Run(const std::stop_token& stop);

  const std::size_t waiting_max_;
  std::mutex mutex_;
  std::condition_variable_any added_;
  std::deque<std::function<void()>> waiting_;  // Guarded by mutex_.
  std::vector<std::jthread> threads_;          // Last: they use all of the above.
};

}  // namespace evenkeel
