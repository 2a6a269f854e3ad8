#include "evenkeel/runtime/stop_signal.h"

#include <ctime>

#include <signal.h>
#include <unistd.h>

namespace evenkeel {
namespace {

sigset_t StopSet() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

void Collect(const std::stop_token& own, std::stop_source& stop) {
  const sigset_t set = StopSet();
  // Wakes up now and then only to see its own end; the signal itself is taken at once.
  constexpr std::timespec kTick{0, 100'000'000};
  int seen = 0;
  while (!own.stop_requested()) {
    if (sigtimedwait(&set, nullptr, &kTick) <= 0) continue;
    if (++seen > 1) _exit(130);
    stop.request_stop();
  }
}

}  // namespace

StopSignal::StopSignal() {
  signal(SIGPIPE, SIG_IGN);
  const sigset_t set = StopSet();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  collector_ = std::jthread([this](const std::stop_token& own) { Collect(own, stop_); });
}

}  // namespace evenkeel
