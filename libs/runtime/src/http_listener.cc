#include "evenkeel/runtime/http_listener.h"

#include <atomic>
#include <utility>

#include "http_server.h"
#include <nlohmann/json.hpp>

namespace evenkeel {

std::string_view HttpRequest::Header(std::string_view name) const {
  const auto found = headers.find(std::string(name));
  return found == headers.end() ? std::string_view() : found->second;
}

// --- HttpReply -----------------------------------------------------------------------------------

struct HttpReply::Once {
  explicit Once(std::function<void(HttpResponse)> how) : send(std::move(how)) {}
  Once(const Once&) = delete;
  Once& operator=(const Once&) = delete;
  ~Once() {
    if (!is_sent.exchange(true)) send(HttpError(500, "internal", "nobody answered the request"));
  }
  std::function<void(HttpResponse)> send;
  std::atomic<bool> is_sent{false};
};

HttpReply::HttpReply(std::function<void(HttpResponse)> send)
    : once_(std::make_shared<Once>(std::move(send))) {}

void HttpReply::operator()(HttpResponse response) const {
  if (!once_->is_sent.exchange(true)) once_->send(std::move(response));
}

HttpResponse HttpError(int status, std::string_view code, std::string_view message) {
  const nlohmann::ordered_json body = {{"code", code}, {"message", message}};
  return {.status = status,
          .content_type = "application/json",
          .body = body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n"};
}

// --- HttpListener --------------------------------------------------------------------------------

Result<std::unique_ptr<HttpListener>> HttpListener::Create(const Options& options) {
  auto server = std::make_shared<internal::HttpServer>(options);
  EVENKEEL_RETURN_IF_ERROR(server->Bind());
  return std::unique_ptr<HttpListener>(new HttpListener(std::move(server)));
}

HttpListener::HttpListener(std::shared_ptr<internal::HttpServer> server)
    : server_(std::move(server)) {}

HttpListener::~HttpListener() { Stop(); }

void HttpListener::Handle(std::string_view method, const std::string& path, Handler handler) {
  HandleAsync(method, path,
              [handler = std::move(handler)](const HttpRequest& request, const HttpReply& reply) {
                reply(handler(request));
              });
}

void HttpListener::HandleAsync(std::string_view method, const std::string& path,
                               AsyncHandler handler, std::optional<std::size_t> max_body_bytes) {
  server_->Add(method, path, {std::move(handler), max_body_bytes});
}

void HttpListener::Start() { server_->Start(); }

void HttpListener::Stop() { server_->Stop(); }

std::uint16_t HttpListener::port() const { return server_->port(); }

}  // namespace evenkeel
