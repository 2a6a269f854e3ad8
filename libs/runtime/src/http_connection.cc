#include "http_connection.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace evenkeel {
namespace {

using std::chrono::milliseconds;

/// True once `events` are there; false when `deadline` has passed, or on an error.
bool Poll(socket_t socket, short events, HttpConnection::Clock::time_point deadline) {
  for (;;) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - HttpConnection::Clock::now());
    pollfd poll_for{.fd = socket, .events = events};
    const int found =
        ::poll(&poll_for, 1, static_cast<int>(std::max<milliseconds::rep>(left.count(), 0)));
    if (found > 0) return true;
    if (found == 0 || errno != EINTR) return false;
  }
}

/// The other end of the connection would be told to forget our answer if bytes of its request were
/// unread when we close.
void Drain(socket_t socket, milliseconds timeout) {
  const auto deadline = HttpConnection::Clock::now() + timeout;
  std::array<char, 4096> scrap;
  while (Poll(socket, POLLIN, deadline) &&
         ::recv(socket, scrap.data(), scrap.size(), MSG_DONTWAIT) > 0) {
  }
}

}  // namespace

HttpConnection::HttpConnection(socket_t socket, milliseconds write_timeout)
    : socket_(socket), write_timeout_(write_timeout) {}

HttpConnection::~HttpConnection() {
  ::shutdown(socket_, SHUT_WR);
  if (is_late_ || is_too_large_) Drain(socket_, milliseconds(50));
  ::close(socket_);
}

bool HttpConnection::WaitForRequest(milliseconds timeout) const {
  return begin_ < end_ || Poll(socket_, POLLIN, Clock::now() + timeout);
}

void HttpConnection::BeginRequest(milliseconds timeout, std::size_t bytes_max) {
  deadline_ = Clock::now() + timeout;
  bytes_left_ = bytes_max;
}

void HttpConnection::Refuse() {
  static constexpr std::string_view kFull =
      "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nConnection: close\r\n"
      "Content-Type: text/plain; charset=utf-8\r\nContent-Length: 34\r\n\r\n"
      "too many requests; try again soon\n";
  write(kFull.data(), kFull.size());
  ::shutdown(socket_, SHUT_WR);
  Drain(socket_, milliseconds(50));
}

bool HttpConnection::is_readable() const {
  return begin_ < end_ || Poll(socket_, POLLIN, deadline_);
}

bool HttpConnection::is_writable() const {
  return Poll(socket_, POLLOUT, Clock::now() + write_timeout_);
}

bool HttpConnection::Fill() {
  for (;;) {
    if (!Poll(socket_, POLLIN, deadline_)) {
      is_late_ = true;
      return false;
    }
    const ssize_t got = ::recv(socket_, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    if (got > 0) {
      begin_ = 0;
      end_ = static_cast<std::size_t>(got);
      return true;
    }
    if (got == 0 || (errno != EINTR && errno != EAGAIN)) return false;
  }
}

ssize_t HttpConnection::read(char* to, std::size_t size) {
  if (bytes_left_ == 0) {
    is_too_large_ = true;
    return -1;
  }
  if (begin_ == end_ && !Fill()) return is_late_ ? -1 : 0;
  const std::size_t take = std::min({size, end_ - begin_, bytes_left_});
  std::memcpy(to, buffer_.data() + begin_, take);
  begin_ += take;
  bytes_left_ -= take;
  return static_cast<ssize_t>(take);
}

ssize_t HttpConnection::write(const char* from, std::size_t size) {
  std::size_t written = 0;
  const auto deadline = Clock::now() + write_timeout_;
  while (written < size) {
    const ssize_t sent =
        ::send(socket_, from + written, size - written, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent >= 0) {
      written += static_cast<std::size_t>(sent);
    } else if (errno == EAGAIN ? !Poll(socket_, POLLOUT, deadline) : errno != EINTR) {
      return -1;
    }
  }
  return static_cast<ssize_t>(size);
}

// Only loopback is served, so there is nothing to tell callers apart by.
void HttpConnection::get_remote_ip_and_port(std::string&, int&) const {}
void HttpConnection::get_local_ip_and_port(std::string&, int&) const {}

}  // namespace evenkeel
