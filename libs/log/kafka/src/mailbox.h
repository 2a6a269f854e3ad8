#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <vector>

namespace evenkeel::kafka {

/// What other threads have for the worker: functions to run on its thread, and a wake-up.
///
/// Thread-safety: Push() and the descriptor from any thread, the rest on the worker's.
class Mailbox {
 public:
  using Letter = std::function<void()>;

  Mailbox();
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;
  ~Mailbox();

  void Push(Letter letter);

  /// Clears the wake-up, then takes everything there is: what comes after wakes again.
  std::vector<Letter> Take();

  /// Returns after a wake-up, or after `max`.
  void Wait(std::chrono::milliseconds max);

  /// An eventfd, non-blocking: writing 8 bytes that make a number but 0 wakes the worker.
  int descriptor() const { return descriptor_; }

 private:
  const int descriptor_;
  std::mutex mutex_;
  std::vector<Letter> letters_;
};

}  // namespace evenkeel::kafka
