#include "http_connection.h"

#include <algorithm>
#include <cctype>
#include <limits>
#include <tuple>
#include <utility>

#include <boost/beast/core/error.hpp>

namespace evenkeel::internal {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;

constexpr std::uint32_t kHeaderBytesMax = 32U << 10;
constexpr std::chrono::milliseconds kLinger{2000};
constexpr std::size_t kDiscardMax = std::size_t{64} << 20;

std::string Text(boost::beast::string_view text) { return {text.data(), text.size()}; }

}  // namespace

HttpConnection::HttpConnection(std::shared_ptr<HttpServer> server, asio::ip::tcp::socket socket)
    : server_(std::move(server)), socket_(std::move(socket)), timer_(server_->io()) {
  ErrorCode ignored;
  std::ignore = socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
}

// --- reading -------------------------------------------------------------------------------------

void HttpConnection::AwaitRequest() {
  if (server_->is_stopping()) return Close();
  if (buffer_.size() > 0) return ReadHeader();  // The next request came with the last one.
  state_ = State::kIdle;
  Arm(server_->options().idle_timeout);
  socket_.async_read_some(buffer_.prepare(4096),
                          [self = shared_from_this()](ErrorCode error, std::size_t bytes) {
                            if (error) return self->Close();
                            self->buffer_.commit(bytes);
                            self->ReadHeader();
                          });
}

void HttpConnection::ReadHeader() {
  state_ = State::kReading;
  is_late_ = false;
  Arm(server_->options().read_timeout);
  parser_.emplace();
  parser_->header_limit(kHeaderBytesMax);
  parser_->body_limit(std::numeric_limits<std::uint64_t>::max());  // Until the path is known.
  http::async_read_header(socket_, buffer_, *parser_,
                          [self = shared_from_this()](ErrorCode error, std::size_t) {
                            if (error || self->is_late_) return self->OnReadError(error);
                            self->OnHeader();
                          });
}

std::size_t HttpConnection::limit() const {
  return route_->max_body_bytes.value_or(server_->options().max_body_bytes);
}

void HttpConnection::OnHeader() {
  const auto& head = parser_->get();
  const std::string path = PathOf(Text(head.target()));
  const HttpRoutes* routes = server_->Find(path).routes;
  if (routes == nullptr) return Refuse(HttpError(404, "not_found", "nothing is served at " + path));
  is_head_ = head.method() == http::verb::head;
  const auto route = routes->find(is_head_ ? "GET" : Text(head.method_string()));
  if (route == routes->end()) {
    const std::string allowed = AllowedMethods(*routes);
    HttpResponse response = HttpError(
        405, "unimplemented",
        Text(head.method_string()) + " is not allowed at " + path + "; allowed: " + allowed);
    response.headers.emplace_back("Allow", allowed);
    return Refuse(std::move(response));
  }
  if (head.count(http::field::transfer_encoding) > 0 && !head.chunked()) {
    return Refuse(
        HttpError(400, "invalid_argument", "the only transfer encoding known is chunked"));
  }
  const auto encoding = head[http::field::content_encoding];
  if (!encoding.empty() && encoding != "identity") {
    HttpResponse response =
        HttpError(415, "unimplemented",
                  "content-encoding " + Text(encoding) + " is not known; send it plain");
    response.headers.emplace_back("Accept-Encoding", "identity");
    return Refuse(std::move(response));
  }
  route_ = &route->second;
  AcceptBody();
}

void HttpConnection::AcceptBody() {
  const auto length = parser_->content_length();
  if (length && *length > limit()) return OnReadError(http::error::body_limit);
  parser_->body_limit(limit());
  const std::size_t bytes = length ? *length : parser_->get().chunked() ? limit() : 0;
  if (!server_->Reserve(bytes)) {
    HttpResponse response = HttpError(503, "unavailable", "too much is under way; try again");
    response.headers.emplace_back("Retry-After", "1");
    return Refuse(std::move(response));
  }
  reserved_ = bytes;
  if (parser_->get()[http::field::expect] != "100-continue") return ReadBody();
  auto go_on = std::make_shared<http::response<http::empty_body>>(http::status::continue_, 11);
  http::async_write(socket_, *go_on,
                    [self = shared_from_this(), go_on](ErrorCode error, std::size_t) {
                      if (error) return self->Close();
                      self->ReadBody();
                    });
}

void HttpConnection::ReadBody() {
  http::async_read(socket_, buffer_, *parser_,
                   [self = shared_from_this()](ErrorCode error, std::size_t) {
                     if (error || self->is_late_) return self->OnReadError(error);
                     self->Dispatch();
                   });
}

void HttpConnection::OnReadError(ErrorCode error) {
  const auto seconds = std::chrono::duration<double>(server_->options().read_timeout).count();
  if (state_ == State::kClosed) return;
  if (is_late_) {
    return Refuse(
        HttpError(408, "deadline_exceeded",
                  "the request was not complete after " + std::to_string(seconds) + " s"));
  }
  if (error == http::error::body_limit) {
    return Refuse(HttpError(
        413, "resource_exhausted",
        "the body has more than " + std::to_string(limit()) + " bytes; send it in parts"));
  }
  if (error == http::error::header_limit) {
    return Refuse(HttpError(431, "resource_exhausted", "the headers have more than 32 KiB"));
  }
  if (error == http::error::partial_message) {
    return Refuse(HttpError(400, "invalid_argument", "the request ended before its last byte"));
  }
  // Of the connection, not of the request: nobody is there to be answered.
  if (error.category() != http::make_error_code(http::error::bad_method).category() ||
      error == http::error::end_of_stream) {
    return Close();
  }
  Refuse(HttpError(400, "invalid_argument", "not a request of HTTP/1.1: " + error.message()));
}

// --- answering -----------------------------------------------------------------------------------

HttpRequest HttpConnection::TakeRequest() {
  auto& message = parser_->get();
  const std::string target = Text(message.target());
  HttpRequest request{.method = Text(message.method_string()),
                      .path = PathOf(target),
                      .content_type = Text(message[http::field::content_type]),
                      .body = std::move(message.body())};
  request.rest = server_->Find(request.path).rest;
  if (const auto mark = target.find('?'); mark != std::string::npos) {
    request.query = target.substr(mark + 1);
  }
  for (const auto& field : message) {
    std::string name = Text(field.name_string());
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
    request.headers.emplace(std::move(name), Text(field.value()));
  }
  return request;
}

void HttpConnection::Dispatch() {
  state_ = State::kHandling;
  timer_.cancel();
  ++armed_;
  waiting_.emplace(server_->io().get_executor());
  HttpReply reply([self = shared_from_this()](HttpResponse response) {
    self->server_->Post(
        [self, response = std::move(response)]() mutable { self->OnReply(std::move(response)); });
  });
  server_->threads().Post(
      [request = TakeRequest(), reply = std::move(reply), &handler = route_->handler]() mutable {
        handler(std::move(request), std::move(reply));
      });
}

void HttpConnection::OnReply(HttpResponse response) {
  waiting_.reset();
  if (state_ != State::kHandling) return;
  Write(std::move(response), parser_->get().keep_alive() && !server_->is_stopping());
}

void HttpConnection::Write(HttpResponse response, bool keep_alive) {
  state_ = State::kWriting;
  Arm(server_->options().read_timeout);
  response_.emplace(static_cast<http::status>(response.status), 11U);
  if (!response.content_type.empty()) {
    response_->set(http::field::content_type, response.content_type);
  }
  for (const auto& [name, value] : response.headers) response_->insert(name, value);
  response_->body() = std::move(response.body);
  response_->keep_alive(keep_alive);
  response_->prepare_payload();
  if (is_head_) response_->body().clear();  // Its length stays stated.
  http::async_write(socket_, *response_,
                    [self = shared_from_this(), keep_alive](ErrorCode error, std::size_t) {
                      if (error) return self->Close();
                      self->OnWritten(keep_alive);
                    });
}

void HttpConnection::OnWritten(bool keep_alive) {
  server_->Release(std::exchange(reserved_, 0));
  parser_.reset();
  if (keep_alive) return AwaitRequest();
  Linger();
}

void HttpConnection::Refuse(HttpResponse response) {
  Write(std::move(response), /*keep_alive=*/false);
}

// --- ending --------------------------------------------------------------------------------------

void HttpConnection::EndSoon() {
  if (state_ == State::kIdle || state_ == State::kReading || state_ == State::kLingering) Close();
}

/// Reads on for a little: closing with something unread would make the client lose the answer.
void HttpConnection::Linger() {
  ErrorCode ignored;
  std::ignore = socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  state_ = State::kLingering;
  Arm(kLinger);
  buffer_.clear();
  Discard();
}

void HttpConnection::Discard() {
  socket_.async_read_some(buffer_.prepare(std::size_t{64} << 10),
                          [self = shared_from_this()](ErrorCode error, std::size_t bytes) {
                            self->discarded_ += bytes;
                            if (error || self->discarded_ > kDiscardMax) return self->Close();
                            self->Discard();
                          });
}

void HttpConnection::Close() {
  if (std::exchange(state_, State::kClosed) == State::kClosed) return;
  ErrorCode ignored;
  std::ignore = socket_.close(ignored);
  timer_.cancel();
  ++armed_;
  waiting_.reset();
  server_->Release(std::exchange(reserved_, 0));
  server_->Forget(*this);
}

void HttpConnection::Arm(std::chrono::milliseconds span) {
  timer_.expires_after(span);
  timer_.async_wait([self = shared_from_this(), armed = ++armed_](ErrorCode error) {
    if (!error && armed == self->armed_) self->OnTimer();
  });
}

void HttpConnection::OnTimer() {
  if (state_ != State::kReading) return Close();
  // The read that is cancelled answers.
  is_late_ = true;
  ErrorCode ignored;
  std::ignore = socket_.cancel(ignored);
}

}  // namespace evenkeel::internal
