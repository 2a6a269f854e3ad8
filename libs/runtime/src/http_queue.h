#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include <httplib.h>

namespace evenkeel {

/// Threads for connections, and a bounded queue before them.
class HttpQueue final : public httplib::TaskQueue {
 public:
  /// What does not fit is run at once on the thread that brings it, with is_full() true.
  HttpQueue(std::size_t threads, std::size_t waiting_max);

  void enqueue(std::function<void()> task) override;
  void shutdown() override;

  /// Whether connections wait for a thread.
  bool has_waiting() const { return waiting_count_ > 0; }

  /// On the thread that runs a task: there was no room for it.
  static bool is_full();

 private:
  void Run();

  const std::size_t waiting_max_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> waiting_;  // Guarded by mutex_.
  std::size_t idle_ = 0;                       // Guarded by mutex_.
  bool is_shut_ = false;                       // Guarded by mutex_.
  std::atomic<std::size_t> waiting_count_ = 0;
  std::vector<std::jthread> threads_;  // Last: they use all of the above.
};

}  // namespace evenkeel
