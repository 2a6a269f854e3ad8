#include "evenkeel/runtime/http_listener.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include "http_connection.h"
#include "http_queue.h"
#include "http_router.h"
#include <httplib.h>
#include <sys/socket.h>

namespace evenkeel {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLook{20};
constexpr std::size_t kHeadMaxBytes = 64U << 10;
constexpr int kBacklog = 256;
// httplib would unpack a body of any size; the name hides it from httplib, not from us.
constexpr const char* kEncoding = "x-evenkeel-content-encoding";

/// The connection that this thread serves.
thread_local const HttpConnection* current = nullptr;

bool IsLoopback(const std::string& address) {
  return address == "localhost" || address == "::1" || address.rfind("127.", 0) == 0;
}

std::string QueryOf(const std::string& target) {
  const std::size_t mark = target.find('?');
  return mark == std::string::npos ? "" : target.substr(mark + 1);
}

std::string Lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

HttpRequest RequestOf(const httplib::Request& in) {
  HttpRequest request{.method = in.method,
                      .path = in.path,
                      .query = QueryOf(in.target),
                      .content_type = in.get_header_value("Content-Type"),
                      .body = in.body};
  for (const auto& [name, value] : in.headers) request.headers.emplace(Lower(name), value);
  return request;
}

void Write(const HttpResponse& response, httplib::Response& out) {
  out.status = response.status;
  out.set_content(response.body, response.content_type);
  for (const auto& [name, value] : response.headers) out.set_header(name, value);
}

/// Between the parsed head and everything that httplib would do by itself.
void SetUp(httplib::Request& request) {
  request.ranges.clear();
  request.headers.erase("Accept-Encoding");
  const std::string encoding = Lower(request.get_header_value("Content-Encoding"));
  request.headers.erase(kEncoding);
  if (!encoding.empty() && encoding != "identity") request.set_header(kEncoding, encoding);
  request.headers.erase("Content-Encoding");
}

}  // namespace

std::string_view HttpRequest::Header(std::string_view name) const {
  const auto found = headers.find(std::string(name));
  return found == headers.end() ? std::string_view() : std::string_view(found->second);
}

/// httplib's parser and writer, on connections and threads of our own.
class HttpListener::Server final : public httplib::Server {
 public:
  explicit Server(const HttpListener::Options& options) : listener_options_(options) {
    new_task_queue = [this] {
      queue_ = new HttpQueue(listener_options_.threads, listener_options_.waiting_max);
      return queue_;  // httplib's.
    };
    set_payload_max_length(options.max_body_bytes);
    // Two processes must not share a port: the second one has to see the error.
    set_socket_options([](socket_t) {});
    set_pre_routing_handler([](const httplib::Request& request, httplib::Response& response) {
      return RefuseEncoding(request, response);
    });
    set_error_handler(HandlerWithResponse(
        [](const httplib::Request&, httplib::Response& response) { return Explain(response); }));
    RouteAll();
  }

  HttpRouter& router() { return router_; }

  bool Bind() {
    const bool is_bound =
        listener_options_.port == 0
            ? (port_ = bind_to_any_port(listener_options_.address)) > 0
            : bind_to_port(listener_options_.address, port_ = listener_options_.port);
    return is_bound && ::listen(svr_sock_, kBacklog) == 0;
  }
  std::uint16_t port() const { return static_cast<std::uint16_t>(port_); }

 private:
  static HandlerResponse RefuseEncoding(const httplib::Request& request,
                                        httplib::Response& response) {
    if (!request.has_header(kEncoding)) return HandlerResponse::Unhandled;
    Write({.status = 415,
           .body = "content-encoding " + request.get_header_value(kEncoding) +
                   " is not supported; send the body as it is\n",
           .headers = {{"Accept-Encoding", "identity"}, {"Connection", "close"}}},
          response);
    return HandlerResponse::Handled;
  }

  static HandlerResponse Explain(httplib::Response& response) {
    if (current == nullptr || !response.body.empty()) return HandlerResponse::Unhandled;
    if (current->is_late()) {
      Write({.status = 408, .body = "the request did not arrive whole in time\n"}, response);
    } else if (current->is_too_large() || response.status == 413) {
      Write({.status = 413, .body = "the body is larger than this server takes\n"}, response);
    } else {
      return HandlerResponse::Unhandled;
    }
    response.set_header("Connection", "close");
    return HandlerResponse::Handled;
  }

  void RouteAll() {
    const auto answer = [this](const httplib::Request& in, httplib::Response& out) {
      HttpRequest request = RequestOf(in);
      Write(router_.Answer(request), out);
    };
    Get(".*", answer);
    Post(".*", answer);
    Put(".*", answer);
    Patch(".*", answer);
    Delete(".*", answer);
    Options(".*", answer);
  }

  /// True: there is something to read. A connection without a request gives its thread to one that
  /// waits.
  bool WaitForRequest(const HttpConnection& connection) const {
    const auto deadline = HttpConnection::Clock::now() + listener_options_.idle_timeout;
    while (svr_sock_ != INVALID_SOCKET && HttpConnection::Clock::now() < deadline) {
      if (connection.WaitForRequest(kLook)) return true;
      if (queue_->has_waiting()) return false;
    }
    return false;
  }

  bool process_and_close_socket(socket_t socket) override {
    HttpConnection connection(socket, listener_options_.read_timeout);
    if (HttpQueue::is_full()) {
      connection.Refuse();
      return true;
    }
    current = &connection;
    bool is_closed = false;
    while (!is_closed && WaitForRequest(connection)) {
      connection.BeginRequest(listener_options_.read_timeout,
                              listener_options_.max_body_bytes + kHeadMaxBytes);
      const bool is_last = svr_sock_ == INVALID_SOCKET;
      bool has_body_left = false;
      const bool is_fine = process_request(connection, is_last, is_closed, [&](auto& request) {
        SetUp(request);
        has_body_left = request.has_header(kEncoding);
      });
      if (!is_fine || is_last || has_body_left) break;
    }
    current = nullptr;
    return true;
  }

  const HttpListener::Options listener_options_;
  HttpRouter router_;
  HttpQueue* queue_ = nullptr;
  int port_ = 0;
};

Result<std::unique_ptr<HttpListener>> HttpListener::Create(const Options& options) {
  if (!IsLoopback(options.address)) {
    return InvalidArgument("listener address \"" + options.address +
                           "\": only loopback addresses are served until access is "
                           "authenticated; use 127.0.0.1 and a proxy that authenticates");
  }
  auto server = std::make_unique<Server>(options);
  if (!server->Bind()) {
    return Unavailable("cannot listen on " + options.address + ":" + std::to_string(options.port) +
                       ": it is in use or not allowed; choose another port, or 0 for any");
  }
  const std::uint16_t port = server->port();
  return std::unique_ptr<HttpListener>(new HttpListener(std::move(server), port));
}

HttpListener::HttpListener(std::unique_ptr<Server> server, std::uint16_t port)
    : server_(std::move(server)), port_(port) {}

HttpListener::~HttpListener() { Stop(); }

void HttpListener::Handle(std::string_view method, const std::string& path, Handler handler) {
  server_->router().Add(method, path, std::move(handler));
}

void HttpListener::Start() {
  thread_ = std::jthread([this] { server_->listen_after_bind(); });
  // stop() before the loop runs would be missed.
  while (!server_->is_running()) std::this_thread::yield();
}

void HttpListener::Stop() {
  if (!thread_.joinable()) return;
  server_->stop();
  thread_.join();
}

}  // namespace evenkeel
