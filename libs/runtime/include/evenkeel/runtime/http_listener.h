#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "evenkeel/base/result.h"

namespace evenkeel {

struct HttpRequest {
  std::string method;
  std::string path;   ///< Decoded.
  std::string rest;   ///< What stands for the `*` of the handler's path, decoded.
  std::string query;  ///< As sent, after the question mark.
  std::string content_type;
  std::string body;
  std::multimap<std::string, std::string> headers;  ///< Names in lower case.

  /// The first value of a header (name in lower case), or empty.
  std::string_view Header(std::string_view name) const;
};

struct HttpResponse {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers = {};  ///< {"Retry-After", "1"}.
};

/// A small HTTP/1.1 server for metrics, health, events and calls.
///
/// Handlers run on the listener's own threads, several at once, and must not throw. It answers by
/// itself: 404 (no such path), 405 with Allow (path, but not this method), 408 (request did not
/// arrive whole in time), 413 (body over the limit), 503 with Retry-After (all threads busy and
/// `waiting_max` connections wait already).
class HttpListener {
 public:
  struct Options {
    std::string address = "127.0.0.1";  ///< Loopback only, for now: anything else is refused.
    std::uint16_t port = 0;             ///< 0: any free one; see port().
    std::size_t threads = 4;            ///< Requests that are handled at once.
    std::size_t waiting_max = 64;       ///< Connections that wait for a thread.
    std::size_t max_body_bytes = 8U << 20;
    std::chrono::milliseconds read_timeout{10000};  ///< For a whole request, from its first byte.
    std::chrono::milliseconds idle_timeout{5000};   ///< Of a connection between two requests.
  };
  using Handler = std::function<HttpResponse(const HttpRequest&)>;

  /// Binds at once, so that a port in use is an error here. Errors: kInvalidArgument (address),
  /// kUnavailable (bind), each with the remedy.
  static Result<std::unique_ptr<HttpListener>> Create(const Options& options);
  ~HttpListener();

  /// `method`: GET, POST, PUT or DELETE. `path`: "/v1/events", or "/v1/events/*" for everything
  /// below; an exact path comes first, then the longest before a `*`.
  ///
  /// REQUIRES: before Start(); once for each method and path.
  void Handle(std::string_view method, const std::string& path, Handler handler);

  void Start();
  /// Idempotent. Waits for handlers under way; idle connections are closed at once.
  void Stop();

  std::uint16_t port() const { return port_; }

 private:
  class Server;
  HttpListener(std::unique_ptr<Server> server, std::uint16_t port);

  std::unique_ptr<Server> server_;
  std::uint16_t port_ = 0;
  std::jthread thread_;
};

}  // namespace evenkeel
