#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include "http_server.h"
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

namespace evenkeel::internal {

/// One connection: request after request, each answered before the next is read.
class HttpConnection : public std::enable_shared_from_this<HttpConnection> {
 public:
  HttpConnection(std::shared_ptr<HttpServer> server, boost::asio::ip::tcp::socket socket);

  void AwaitRequest();
  bool is_idle() const { return state_ == State::kIdle; }
  /// Ends it, unless a request is being answered: then afterwards.
  void EndSoon();
  void Close();

 private:
  enum class State : std::uint8_t { kIdle, kReading, kHandling, kWriting, kLingering, kClosed };
  using ErrorCode = boost::system::error_code;
  using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;

  void ReadHeader();
  void OnHeader();
  void AcceptBody();
  void ReadBody();
  void Dispatch();
  std::size_t limit() const;
  HttpRequest TakeRequest();
  void OnReply(HttpResponse response);
  void Write(HttpResponse response, bool keep_alive);
  void OnWritten(bool keep_alive);
  /// Answers and ends the connection: what may still come of the request is not read as another.
  void Refuse(HttpResponse response);
  void OnReadError(ErrorCode error);
  void Linger();
  void Discard();

  void Arm(std::chrono::milliseconds span);
  void OnTimer();

  const std::shared_ptr<HttpServer> server_;
  boost::asio::ip::tcp::socket socket_;
  boost::asio::steady_timer timer_;
  boost::beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
  const HttpRoute* route_ = nullptr;
  std::optional<boost::beast::http::response<boost::beast::http::string_body>> response_;
  /// Keeps the server's thread while an answer is awaited.
  std::optional<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> waiting_;
  std::size_t reserved_ = 0;
  std::size_t discarded_ = 0;
  std::uint64_t armed_ = 0;
  bool is_head_ = false;
  bool is_late_ = false;
  State state_ = State::kIdle;
};

}  // namespace evenkeel::internal
