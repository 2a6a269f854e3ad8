#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "evenkeel/runtime/http_listener.h"

namespace evenkeel::internal {

/// Threads that run what they are given, in order.
class HandlerThreads {
 public:
  explicit HandlerThreads(std::size_t count) : count_(count) {}
  ~HandlerThreads() { Stop(); }
  void Start();
  void Post(std::function<void()> work);
  /// What was posted is run first. Idempotent.
  void Stop();

 private:
  void Run();

  const std::size_t count_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> work_;  // Guarded by mutex_.
  bool is_stopping_ = false;                // Guarded by mutex_.
  std::vector<std::jthread> threads_;
};

/// What is served at a path, by method.
struct HttpRoute {
  HttpListener::AsyncHandler handler;
  std::optional<std::size_t> max_body_bytes;
};
using HttpRoutes = std::map<std::string, HttpRoute, std::less<>>;

/// "GET, POST".
std::string AllowedMethods(const HttpRoutes& routes);

/// The path of a request's target without its query, and with its %XX as bytes.
std::string PathOf(std::string_view target);

class HttpConnection;

/// The sockets of a listener. All of it happens on one thread, apart from handlers.
class HttpServer : public std::enable_shared_from_this<HttpServer> {
 public:
  explicit HttpServer(const HttpListener::Options& options)
      : options_(options), acceptor_(io_), threads_(options.threads) {}

  Status Bind();
  /// As HttpListener::Handle().
  void Add(std::string_view method, const std::string& path, HttpRoute route);
  void Start();
  void Stop();

  // For connections, on the thread of the sockets.
  struct Found {
    const HttpRoutes* routes = nullptr;  ///< Null: nothing is served there.
    std::string_view rest;               ///< Of `path`: what stands for the `*`.
  };
  Found Find(std::string_view path) const;
  const HttpListener::Options& options() const { return options_; }
  boost::asio::io_context& io() { return io_; }
  HandlerThreads& threads() { return threads_; }
  /// Runs `work` on the thread of the sockets, unless that has ended. Any thread.
  void Post(std::function<void()> work);
  bool is_stopping() const { return is_stopping_; }
  /// False if there is no room for so many bytes more.
  bool Reserve(std::size_t bytes);
  void Release(std::size_t bytes) { bytes_under_way_ -= bytes; }
  void Forget(HttpConnection& connection);

  std::uint16_t port() const { return port_; }

 private:
  void Accept();
  void OnAccepted(boost::asio::ip::tcp::socket socket);
  void CloseIdle();
  void CloseAll();

  const HttpListener::Options options_;
  std::map<std::string, HttpRoutes, std::less<>> exact_;
  std::map<std::string, HttpRoutes, std::less<>> below_;  // By path with its last slash.
  boost::asio::io_context io_{1};
  boost::asio::ip::tcp::acceptor acceptor_;
  std::uint16_t port_ = 0;
  std::map<HttpConnection*, std::shared_ptr<HttpConnection>> connections_;
  std::size_t bytes_under_way_ = 0;
  bool is_accepting_ = false;
  bool is_stopping_ = false;

  HandlerThreads threads_;
  std::mutex mutex_;
  std::condition_variable ended_;
  bool has_ended_ = false;  // Guarded by mutex_. Nothing is posted afterwards.
  std::jthread thread_;
};

}  // namespace evenkeel::internal
