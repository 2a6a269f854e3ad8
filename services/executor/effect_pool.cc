#include "executor/effect_pool.h"

#include <algorithm>
#include <utility>

namespace evenkeel {

EffectPool::EffectPool(std::size_t threads, std::size_t queue_max) : queue_max_(queue_max) {
  for (std::size_t i = 0; i < threads; ++i) {
    threads_.emplace_back([this](const std::stop_token& stop) { Run(stop); });
  }
}

bool EffectPool::Submit(std::function<void()> call, std::chrono::milliseconds delay,
                        const void* owner) {
  {
    const std::lock_guard lock(mutex_);
    if (stopped_ || queue_.size() >= queue_max_) return false;
    queue_.emplace(Clock::now() + delay, Waiting{std::move(call), owner});
  }
  changed_.notify_one();
  return true;
}

void EffectPool::Hurry(const void* owner) {
  {
    const std::lock_guard lock(mutex_);
    const Clock::time_point now = Clock::now();
    std::multimap<Clock::time_point, Waiting> hurried;
    for (auto& [due, waiting] : queue_) {
      hurried.emplace(waiting.owner == owner ? std::min(due, now) : due, std::move(waiting));
    }
    queue_.swap(hurried);
  }
  changed_.notify_all();
}

void EffectPool::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    queue_.clear();
  }
  for (std::jthread& thread : threads_) thread.request_stop();
  threads_.clear();
}

void EffectPool::Run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    if (queue_.empty()) {
      changed_.wait(lock, stop, [this] { return !queue_.empty(); });
      continue;
    }
    const Clock::time_point due = queue_.begin()->first;
    if (due > Clock::now()) {
      // Woken when something due earlier comes in.
      changed_.wait_until(lock, stop, due,
                          [&] { return queue_.empty() || queue_.begin()->first < due; });
      continue;
    }
    const auto first = queue_.extract(queue_.begin());
    lock.unlock();
    first.mapped().call();
    lock.lock();
  }
}

}  // namespace evenkeel
