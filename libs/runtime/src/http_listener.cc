#include "evenkeel/runtime/http_listener.h"

#include <utility>

#include <httplib.h>

namespace evenkeel {
namespace {

bool IsLoopback(const std::string& address) {
  return address == "localhost" || address == "::1" || address.rfind("127.", 0) == 0;
}

std::string QueryOf(const std::string& target) {
  const std::size_t mark = target.find('?');
  return mark == std::string::npos ? "" : target.substr(mark + 1);
}

httplib::Server::Handler Adapt(HttpListener::Handler handler) {
  return [handler = std::move(handler)](const httplib::Request& in, httplib::Response& out) {
    HttpResponse response = handler({.method = in.method,
                                     .path = in.path,
                                     .query = QueryOf(in.target),
                                     .content_type = in.get_header_value("Content-Type"),
                                     .body = in.body});
    out.status = response.status;
    out.set_content(response.body, response.content_type.c_str());
  };
}

}  // namespace

Result<std::unique_ptr<HttpListener>> HttpListener::Create(const Options& options) {
  if (!IsLoopback(options.address)) {
    return InvalidArgument("listener address \"" + options.address +
                           "\": only loopback addresses are served until access is "
                           "authenticated; use 127.0.0.1 and a proxy that authenticates");
  }
  auto server = std::make_unique<httplib::Server>();
  server->new_task_queue = [threads = options.threads] { return new httplib::ThreadPool(threads); };
  server->set_payload_max_length(options.max_body_bytes);
  server->set_read_timeout(options.read_timeout);
  // Two processes must not share a port: the second one has to see the error.
  server->set_socket_options([](socket_t) {});
  int port = options.port;
  const bool bound = port == 0 ? (port = server->bind_to_any_port(options.address)) > 0
                               : server->bind_to_port(options.address, port);
  if (!bound) {
    return Unavailable("cannot listen on " + options.address + ":" + std::to_string(options.port) +
                       ": it is in use or not allowed; choose another port, or 0 for any");
  }
  return std::unique_ptr<HttpListener>(
      new HttpListener(std::move(server), static_cast<std::uint16_t>(port)));
}

HttpListener::HttpListener(std::unique_ptr<httplib::Server> server, std::uint16_t port)
    : server_(std::move(server)), port_(port) {}

HttpListener::~HttpListener() { Stop(); }

void HttpListener::Handle(std::string_view method, const std::string& path, Handler handler) {
  if (method == "GET") {
    server_->Get(path, Adapt(std::move(handler)));
  } else {
    EVENKEEL_CHECK(method == "POST");
    server_->Post(path, Adapt(std::move(handler)));
  }
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
