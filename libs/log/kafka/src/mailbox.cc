#include "mailbox.h"

#include <algorithm>
#include <cstdint>
#include <limits>

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "evenkeel/base/check.h"

namespace evenkeel::kafka {

Mailbox::Mailbox() : descriptor_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  EVENKEEL_CHECK(descriptor_ >= 0);
}

Mailbox::~Mailbox() { close(descriptor_); }

void Mailbox::Push(Letter letter) {
  {
    const std::lock_guard lock(mutex_);
    letters_.push_back(std::move(letter));
  }
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = write(descriptor_, &one, sizeof one);
}

std::vector<Mailbox::Letter> Mailbox::Take() {
  std::uint64_t count = 0;
  [[maybe_unused]] const auto got = read(descriptor_, &count, sizeof count);
  std::vector<Letter> taken;
  const std::lock_guard lock(mutex_);
  taken.swap(letters_);
  return taken;
}

void Mailbox::Wait(std::chrono::milliseconds max) {
  pollfd waited{.fd = descriptor_, .events = POLLIN, .revents = 0};
  const auto ms = std::clamp<std::int64_t>(max.count(), 0, std::numeric_limits<int>::max());
  poll(&waited, 1, static_cast<int>(ms));
}

}  // namespace evenkeel::kafka
