#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "evenkeel/base/result.h"

namespace httplib {
class Server;
}

namespace evenkeel {

struct HttpRequest {
  std::string method;
  std::string path;
  std::string query;  ///< As sent, after the question mark.
  std::string content_type;
  std::string body;
};

struct HttpResponse {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
};

/// A small HTTP server for metrics, health and the local doors of a process.
///
/// Handlers run on the listener's own threads, several at once, and must not throw.
class HttpListener {
 public:
  struct Options {
    std::string address = "127.0.0.1";  ///< Loopback only, for now: anything else is refused.
    std::uint16_t port = 0;             ///< 0: any free one; see port().
    std::size_t threads = 4;
    std::size_t max_body_bytes = 8U << 20;
    std::chrono::milliseconds read_timeout{10000};
  };
  using Handler = std::function<HttpResponse(const HttpRequest&)>;

  /// Binds at once, so that a port in use is an error here. Errors: kInvalidArgument (address),
  /// kUnavailable (bind), each with the remedy.
  static Result<std::unique_ptr<HttpListener>> Create(const Options& options);
  ~HttpListener();

  /// REQUIRES: before Start().
  void Handle(std::string_view method, const std::string& path, Handler handler);

  void Start();
  /// Idempotent. Waits for handlers under way.
  void Stop();

  std::uint16_t port() const { return port_; }

 private:
  HttpListener(std::unique_ptr<httplib::Server> server, std::uint16_t port);

  std::unique_ptr<httplib::Server> server_;
  std::uint16_t port_ = 0;
  std::jthread thread_;
};

}  // namespace evenkeel
