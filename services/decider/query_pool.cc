#include "decider/query_pool.h"

#include <utility>

namespace evenkeel {

QueryPool::QueryPool(std::size_t threads) {
  for (std::size_t i = 0; i < threads; ++i) {
    threads_.emplace_back([this](const std::stop_token& stop) { Run(stop); });
  }
}

QueryPool::~QueryPool() {
  for (std::jthread& thread : threads_) thread.request_stop();
  threads_.clear();
}

void QueryPool::Post(std::function<void()> work) {
  const std::lock_guard lock(mutex_);
  queue_.push_back(std::move(work));
  posted_.notify_one();
}

void QueryPool::Run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (posted_.wait(lock, stop, [this] { return !queue_.empty(); })) {
    const std::function<void()> work = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    work();
    lock.lock();
  }
}

}  // namespace evenkeel
