#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <string>

#include <httplib.h>

namespace evenkeel {

/// One accepted connection, as cpp-httplib's parser reads and writes it. A request has to arrive
/// whole within its time, however slowly its bytes drip, and within its bytes.
class HttpConnection final : public httplib::Stream {
 public:
  using Clock = std::chrono::steady_clock;

  /// Takes `socket`; closed by the destructor.
  HttpConnection(socket_t socket, std::chrono::milliseconds write_timeout);
  ~HttpConnection() override;
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;

  /// Waits until bytes of a next request are there. False: none within `timeout`, or closed.
  bool WaitForRequest(std::chrono::milliseconds timeout) const;

  /// From here on: so much time and so many bytes for one request.
  void BeginRequest(std::chrono::milliseconds timeout, std::size_t bytes_max);

  bool is_late() const { return is_late_; }            ///< The request's time was over.
  bool is_too_large() const { return is_too_large_; }  ///< Its bytes were.

  /// Says that the server is full, without reading what was asked.
  void Refuse();

  bool is_readable() const override;
  bool is_writable() const override;
  ssize_t read(char* to, std::size_t size) override;
  ssize_t write(const char* from, std::size_t size) override;
  void get_remote_ip_and_port(std::string& ip, int& port) const override;
  void get_local_ip_and_port(std::string& ip, int& port) const override;
  socket_t socket() const override { return socket_; }

 private:
  bool Fill();

  const socket_t socket_;
  const std::chrono::milliseconds write_timeout_;
  std::array<char, 16384> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  Clock::time_point deadline_;
  std::size_t bytes_left_ = 0;
  bool is_late_ = false;
  bool is_too_large_ = false;
};

}  // namespace evenkeel
