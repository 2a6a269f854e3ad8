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

/// Threads that read for queries, apart from the workers' and the transport's. What waits is
/// bounded by the calls that the doors let in.
///
/// Thread-safety: any thread.
class QueryPool {
 public:
  explicit QueryPool(std::size_t threads);
  /// Does what was posted before.
  ~QueryPool();
  QueryPool(const QueryPool&) = delete;
  QueryPool& operator=(const QueryPool&) = delete;

  /// `work` must not throw.
  void Post(std::function<void()> work);

 private:
  void Run(const std::stop_token& stop);

  std::mutex mutex_;
  std::condition_variable_any posted_;
  std::deque<std::function<void()>> queue_;  // Guarded by mutex_.
  std::vector<std::jthread> threads_;        // Last: they use all of the above.
};

}  // namespace evenkeel
