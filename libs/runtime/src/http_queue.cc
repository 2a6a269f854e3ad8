#include "http_queue.h"

#include <utility>

namespace evenkeel {
namespace {

thread_local bool is_overflow = false;

}  // namespace

HttpQueue::HttpQueue(std::size_t threads, std::size_t waiting_max) : waiting_max_(waiting_max) {
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { Run(); });
}

void HttpQueue::enqueue(std::function<void()> task) {
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() < waiting_max_ + idle_) {
      waiting_.push_back(std::move(task));
      waiting_count_ = waiting_.size();
      changed_.notify_one();
      return;
    }
  }
  is_overflow = true;
  task();
  is_overflow = false;
}

void HttpQueue::shutdown() {
  {
    const std::lock_guard lock(mutex_);
    is_shut_ = true;
  }
  changed_.notify_all();
  threads_.clear();
}

bool HttpQueue::is_full() { return is_overflow; }

void HttpQueue::Run() {
  for (;;) {
    std::function<void()> task;
    {
      std::unique_lock lock(mutex_);
      ++idle_;
      changed_.wait(lock, [this] { return is_shut_ || !waiting_.empty(); });
      --idle_;
      if (waiting_.empty()) return;
      task = std::move(waiting_.front());
      waiting_.pop_front();
      waiting_count_ = waiting_.size();
    }
    task();
  }
}

}  // namespace evenkeel
