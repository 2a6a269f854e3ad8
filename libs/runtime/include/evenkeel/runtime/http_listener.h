#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "evenkeel/base/result.h"

namespace evenkeel {

namespace internal {
class HttpServer;
}

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

/// {"code": ..., "message": ...} as JSON; `code` is one of google.rpc.Code in lower case.
HttpResponse HttpError(int status, std::string_view code, std::string_view message);

/// Answers one request, once: the first call counts, later ones are dropped. Copies answer the same
/// request; when the last one goes without an answer, the client gets 500.
///
/// Thread-safety: any thread, also after the listener has stopped.
class HttpReply {
 public:
  explicit HttpReply(std::function<void(HttpResponse)> send);
  void operator()(HttpResponse response) const;

 private:
  struct Once;
  std::shared_ptr<Once> once_;
};

/// A small HTTP/1.1 server for metrics, health, events and calls.
///
/// Handlers run on the listener's own threads, several at once, and must not throw. A handler that
/// answers later (HandleAsync) keeps no thread while it waits. The listener answers by itself: 400
/// (no HTTP, or cut off), 404, 405 with Allow, 408 (the request did not arrive whole in time), 413
/// (body over the limit; before it is read, where its length is stated), 415 (a content encoding),
/// 431, and 503 with Retry-After (too many bytes under way).
class HttpListener {
 public:
  struct Options {
    std::string address = "127.0.0.1";  ///< Loopback only, for now: anything else is refused.
    std::uint16_t port = 0;             ///< 0: any free one; see port().
    std::size_t threads = 4;            ///< That run handlers.
    std::size_t max_body_bytes = 8U << 20;
    /// For a whole request, from its first byte; and as long again for the client to take the
    /// answer.
    std::chrono::milliseconds read_timeout{10000};
    std::chrono::milliseconds idle_timeout{30000};  ///< Of a connection between two requests.
    /// Beyond, an idle connection makes room; if none is idle, new ones wait.
    std::size_t max_connections = 1024;
    /// Bodies that are being read or answered, together. 503 above it.
    std::size_t max_bytes_under_way = 256U << 20;
  };
  using Handler = std::function<HttpResponse(const HttpRequest&)>;
  using AsyncHandler = std::function<void(HttpRequest, HttpReply)>;

  /// Binds at once, so that a port in use is an error here. Errors: kInvalidArgument (address),
  /// kUnavailable (bind), each with the remedy.
  static Result<std::unique_ptr<HttpListener>> Create(const Options& options);
  ~HttpListener();

  /// `method`: GET, POST, PUT or DELETE. `path`: "/v1/events", or "/v1/events/*" for everything
  /// below; an exact path comes first, then the longest before a `*`.
  ///
  /// REQUIRES: before Start(); once for each method and path.
  void Handle(std::string_view method, const std::string& path, Handler handler);
  /// The same for answers that come later. `max_body_bytes`: this path's own limit.
  void HandleAsync(std::string_view method, const std::string& path, AsyncHandler handler,
                   std::optional<std::size_t> max_body_bytes = {});

  void Start();
  /// Idempotent. Waits for handlers under way, and at most 10 s for answers that come later; idle
  /// connections are closed at once.
  void Stop();

  std::uint16_t port() const;

 private:
  explicit HttpListener(std::shared_ptr<internal::HttpServer> server);

  std::shared_ptr<internal::HttpServer> server_;
};

}  // namespace evenkeel
