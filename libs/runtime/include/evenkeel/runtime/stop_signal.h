#pragma once

#include <stop_token>
#include <thread>

namespace evenkeel {

/// Turns SIGINT and SIGTERM into a stop_token. A second signal ends the process at once.
///
/// Stopping takes locks, so it must never start in a signal handler. Here there is no handler: the
/// signals are blocked everywhere and one thread collects them. SIGPIPE is ignored.
///
/// REQUIRES: constructed before any other thread, so that every thread inherits the signal mask.
class StopSignal {
 public:
  StopSignal();

  std::stop_token token() const { return stop_.get_token(); }

  /// Stops as a signal would.
  void RequestStop() { stop_.request_stop(); }

 private:
  std::stop_source stop_;
  std::jthread collector_;  // Last: it uses stop_.
};

}  // namespace evenkeel
