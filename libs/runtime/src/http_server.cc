#include "http_server.h"

#include <charconv>
#include <chrono>
#include <tuple>
#include <utility>

#include "http_connection.h"
#include "loopback.h"
#include <boost/asio/post.hpp>

#include "evenkeel/base/check.h"

namespace evenkeel::internal {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr std::chrono::seconds kStopPatience{10};

}  // namespace

// --- HandlerThreads ------------------------------------------------------------------------------

void HandlerThreads::Start() {
  for (std::size_t i = 0; i < count_; ++i) threads_.emplace_back([this] { Run(); });
}

void HandlerThreads::Post(std::function<void()> work) {
  {
    const std::lock_guard lock(mutex_);
    work_.push_back(std::move(work));
  }
  changed_.notify_one();
}

void HandlerThreads::Run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return is_stopping_ || !work_.empty(); });
    if (work_.empty()) return;
    auto work = std::make_unique<std::function<void()>>(std::move(work_.front()));
    work_.pop_front();
    lock.unlock();
    (*work)();
    work.reset();  // What it holds goes before the lock is taken.
    lock.lock();
  }
}

void HandlerThreads::Stop() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  changed_.notify_all();
  threads_.clear();
}

// --- routes --------------------------------------------------------------------------------------

std::string AllowedMethods(const HttpRoutes& routes) {
  std::string all;
  for (const auto& [name, route] : routes) all += (all.empty() ? "" : ", ") + name;
  return all;
}

std::string PathOf(std::string_view target) {
  target = target.substr(0, target.find('?'));
  std::string path;
  for (std::size_t i = 0; i < target.size(); ++i) {
    std::uint8_t byte = 0;
    const char* const digits = target.data() + i + 1;
    const bool is_escaped = target[i] == '%' && i + 2 < target.size() &&
                            std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2;
    path += is_escaped ? static_cast<char>(byte) : target[i];
    if (is_escaped) i += 2;
  }
  return path;
}

void HttpServer::Add(std::string_view method, const std::string& path, HttpRoute route) {
  EVENKEEL_CHECK(path.starts_with('/'));
  const bool is_below = path.ends_with("/*");
  auto& routes = is_below ? below_[path.substr(0, path.size() - 1)] : exact_[path];
  const bool is_new = routes.emplace(method, std::move(route)).second;
  EVENKEEL_CHECK(is_new);
}

HttpServer::Found HttpServer::Find(std::string_view path) const {
  if (const auto found = exact_.find(path); found != exact_.end()) return {&found->second, {}};
  for (std::size_t slash = path.rfind('/'); slash != std::string_view::npos;
       slash = slash == 0 ? std::string_view::npos : path.rfind('/', slash - 1)) {
    const auto found = below_.find(path.substr(0, slash + 1));
    if (found == below_.end() || slash + 1 == path.size()) continue;
    return {&found->second, path.substr(slash + 1)};
  }
  return {};
}

// --- sockets -------------------------------------------------------------------------------------

Status HttpServer::Bind() {
  EVENKEEL_RETURN_IF_ERROR(CheckLoopback(options_.address));
  boost::system::error_code error;
  const std::string& name = options_.address;
  const auto address = asio::ip::make_address(name == "localhost" ? "127.0.0.1" : name, error);
  if (error) return InvalidArgument("listener address \"" + name + "\": " + error.message());
  const tcp::endpoint endpoint(address, options_.port);
  std::ignore = acceptor_.open(endpoint.protocol(), error);
  // So that a restart need not wait for old connections. Two listeners on a port stay an error.
  if (!error) std::ignore = acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) std::ignore = acceptor_.bind(endpoint, error);
  if (!error) std::ignore = acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (!error) port_ = acceptor_.local_endpoint(error).port();
  if (!error) return {};
  return CannotListen(options_.address, options_.port, error.message());
}

void HttpServer::Start() {
  if (thread_.joinable()) return;
  threads_.Start();
  Accept();
  thread_ = std::jthread([self = this] {
    self->io_.run();
    const std::lock_guard lock(self->mutex_);
    self->has_ended_ = true;
    self->ended_.notify_all();
  });
}

void HttpServer::Stop() {
  if (thread_.joinable()) {
    asio::post(io_, [this] {
      is_stopping_ = true;
      boost::system::error_code ignored;
      std::ignore = acceptor_.close(ignored);
      const auto all = connections_;  // Ending one forgets it.
      for (const auto& [key, connection] : all) connection->EndSoon();
    });
    std::unique_lock lock(mutex_);
    const bool is_over = ended_.wait_for(lock, kStopPatience, [this] { return has_ended_; });
    lock.unlock();
    if (!is_over) io_.stop();
    thread_.join();
    CloseAll();
  }
  threads_.Stop();
}

/// What is left refers to the connections, and they to us: it must not stay behind.
void HttpServer::CloseAll() {
  {
    const std::lock_guard lock(mutex_);
    has_ended_ = true;
  }
  const auto all = connections_;
  for (const auto& [key, connection] : all) connection->Close();
  io_.restart();
  io_.run();
}

void HttpServer::Post(std::function<void()> work) {
  const std::lock_guard lock(mutex_);
  if (!has_ended_) asio::post(io_, std::move(work));
}

void HttpServer::Accept() {
  if (is_stopping_ || is_accepting_ || connections_.size() > options_.max_connections) return;
  is_accepting_ = true;
  acceptor_.async_accept([this](boost::system::error_code error, tcp::socket socket) {
    is_accepting_ = false;
    if (is_stopping_) return;
    if (!error) OnAccepted(std::move(socket));
    Accept();
  });
}

void HttpServer::OnAccepted(tcp::socket socket) {
  if (connections_.size() >= options_.max_connections) CloseIdle();
  auto connection = std::make_shared<HttpConnection>(shared_from_this(), std::move(socket));
  connections_[connection.get()] = connection;
  connection->AwaitRequest();
}

void HttpServer::CloseIdle() {
  for (const auto& [key, connection] : connections_) {
    if (!connection->is_idle()) continue;
    const auto kept = connection;  // Closing forgets it.
    return kept->Close();
  }
}

void HttpServer::Forget(HttpConnection& connection) {
  connections_.erase(&connection);
  Accept();
}

bool HttpServer::Reserve(std::size_t bytes) {
  if (bytes_under_way_ + bytes > options_.max_bytes_under_way) return false;
  bytes_under_way_ += bytes;
  return true;
}

}  // namespace evenkeel::internal
