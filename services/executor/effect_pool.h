#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

namespace evenkeel {

/// Makes calls later, and elsewhere.
class CallScheduler {
 public:
  CallScheduler() = default;
  CallScheduler(const CallScheduler&) = delete;
  CallScheduler& operator=(const CallScheduler&) = delete;
  virtual ~CallScheduler() = default;

  /// Makes `call` once `delay` is over. False if it takes no more. `call` must not throw.
  [[nodiscard]] virtual bool Submit(std::function<void()> call, std::chrono::milliseconds delay,
                                    const void* owner) = 0;

  /// All calls of `owner` that wait are due now.
  virtual void Hurry(const void* owner) = 0;
};

/// Threads that make the calls which must not block a worker.
///
/// Unbounded calls are not accepted: Submit() says no when the queue is full, and the caller, whose
/// claim is durable, offers the call again later.
///
/// Thread-safety: all calls, from any thread.
class EffectPool final : public CallScheduler {
 public:
  EffectPool(std::size_t threads, std::size_t queue_max);
  ~EffectPool() override { Stop(); }

  /// False if the queue is full or the pool has stopped.
  [[nodiscard]] bool Submit(std::function<void()> call, std::chrono::milliseconds delay = {},
                            const void* owner = nullptr) override;
  void Hurry(const void* owner) override;

  /// Lets calls under way finish, drops those that wait. Idempotent.
  void Stop();

 private:
  using Clock = std::chrono::steady_clock;

  struct Waiting {
    std::function<void()> call;
    const void* owner;
  };

  void Run(const std::stop_token& stop);

  const std::size_t queue_max_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::multimap<Clock::time_point, Waiting> queue_;  // By due time. Under mutex_.
  bool stopped_ = false;                             // Under mutex_.
  std::vector<std::jthread> threads_;                // Last: they use all of the above.
};

}  // namespace evenkeel
