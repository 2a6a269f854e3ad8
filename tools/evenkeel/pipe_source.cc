#include "pipe_source.h"

#include <cerrno>
#include <system_error>

#include <poll.h>
#include <unistd.h>

namespace evenkeel {
namespace {

// A row waits at most about this long for its commit, also when rows never pause.
constexpr std::chrono::milliseconds kPause{100};

}  // namespace

Result<std::size_t> PipeSource::Read(std::span<char> buffer) {
  while (true) {
    pollfd wait{.fd = file_, .events = POLLIN, .revents = 0};
    const int ready = poll(&wait, 1, static_cast<int>(kPause.count()));
    if (ready < 0 && errno != EINTR)
      return Unavailable("poll: " + std::generic_category().message(errno));
    const auto now = std::chrono::steady_clock::now();
    if (ready <= 0 || now - paused_ > kPause) {
      paused_ = now;
      EVENKEEL_RETURN_IF_ERROR(on_pause_());
    }
    if (ready <= 0) continue;
    const ssize_t got = read(file_, buffer.data(), buffer.size());
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EINTR && errno != EAGAIN) {
      return Unavailable("standard input: " + std::generic_category().message(errno));
    }
  }
}

}  // namespace evenkeel
