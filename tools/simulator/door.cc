#include "door.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <thread>

#include <httplib.h>

namespace simulator {
namespace {

using std::chrono::milliseconds;

bool IsWorthAnotherTry(int status) { return status == 429 || status == 408 || status >= 500; }

milliseconds RetryAfter(const httplib::Response& response, milliseconds otherwise) {
  const std::string text = response.get_header_value("Retry-After");
  int seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc() || seconds < 0) return otherwise;
  return std::min<milliseconds>(std::chrono::seconds(seconds), std::chrono::seconds(30));
}

}  // namespace

Door::Door(Options options) : options_(std::move(options)) {
  constexpr std::string_view kScheme = "http://";
  const std::string& url = options_.url;
  const std::size_t slash = url.find('/', kScheme.size());
  if (url.rfind(kScheme, 0) != 0 || slash == std::string::npos || slash == kScheme.size()) {
    wrong_ = "'" + url + "' is not http://host[:port]/path";
    return;
  }
  host_ = url.substr(kScheme.size(), slash - kScheme.size());
  path_ = url.substr(slash);
  const std::size_t colon = host_.rfind(':');
  if (colon == std::string::npos) return;
  const char* first = host_.data() + colon + 1;
  const char* last = host_.data() + host_.size();
  const auto [end, error] = std::from_chars(first, last, port_);
  if (error != std::errc() || end != last || port_ < 1 || port_ > 65535) {
    wrong_ = "'" + url + "': the port is not between 1 and 65535";
  }
  host_.resize(colon);
}

Door::~Door() = default;

/// What is missing yet, or an empty string.
std::string Door::Connect() {
  if (!options_.port_file.empty()) {
    int port = 0;
    std::ifstream(options_.port_file) >> port;
    if (port == 0) return "nobody listens: " + options_.port_file + " names no port";
    if (port != port_) client_.reset();
    port_ = port;
  }
  if (client_ != nullptr) return "";
  std::string token;
  if (options_.bearer && (token = options_.bearer()).empty()) return "there is no token yet";
  client_ = std::make_unique<httplib::Client>(host_, port_);
  client_->set_keep_alive(true);
  client_->set_tcp_nodelay(true);
  client_->set_connection_timeout(std::chrono::seconds(5));
  client_->set_read_timeout(std::chrono::seconds(30));
  client_->set_write_timeout(std::chrono::seconds(30));
  if (!token.empty()) client_->set_bearer_token_auth(token);
  return "";
}

template <typename Call>
Door::Reply Door::Insist(Call call) {
  const auto deadline = std::chrono::steady_clock::now() + options_.patience;
  milliseconds pause{20};
  std::string last;
  int status = 0;
  while (true) {
    milliseconds wait = pause;
    last = Connect();
    if (last.empty()) {
      const httplib::Result result = call(*client_);
      status = result ? result->status : 0;
      if (status / 100 == 2) return {"", status, result->body};
      last = result ? "HTTP " + std::to_string(result->status) + ": " + result->body.substr(0, 500)
                    : "no answer (" + httplib::to_string(result.error()) + ")";
      if (result && !IsWorthAnotherTry(result->status)) break;
      if (result) wait = RetryAfter(*result, pause);
      client_.reset();
    }
    if (std::chrono::steady_clock::now() + wait > deadline) break;
    ++retries_;
    std::this_thread::sleep_for(wait);
    pause = std::min(pause * 2, milliseconds(1000));
  }
  return {options_.url + ": " + last, status, ""};
}

Door::Reply Door::Post(const std::string& body, const std::string& content_type) {
  return Insist(
      [&](httplib::Client& client) { return client.Post(path_, body, content_type.c_str()); });
}

Door::Reply Door::Get() {
  return Insist([&](httplib::Client& client) { return client.Get(path_); });
}

}  // namespace simulator
