#include "listener.h"

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <thread>

#include <httplib.h>

namespace simulator {

struct Listener::Server {
  httplib::Server http;
  std::jthread thread;
  int port = 0;
};

Listener::Listener(Calls& calls, int slow_ms) : server_(std::make_unique<Server>()) {
  constexpr std::size_t kBodyMax = 1 << 20;
  server_->http.set_payload_max_length(kBodyMax);
  server_->http.set_tcp_nodelay(true);
  server_->http.Post(
      ".*", [&calls, slow_ms](const httplib::Request& request, httplib::Response& response) {
        const CallAnswer answer = calls.Take(
            {request.get_header_value("webhook-id"), request.get_header_value("webhook-timestamp"),
             request.get_header_value("webhook-signature")},
            request.body);
        if (answer.is_slow) std::this_thread::sleep_for(std::chrono::milliseconds(slow_ms));
        response.status = answer.status;
        if (answer.status == 429) response.set_header("Retry-After", "1");
        if (answer.is_replayed) response.set_header("idempotent-replayed", "true");
        response.set_content(answer.body, "application/json");
      });
}

Listener::~Listener() { server_->http.stop(); }

std::string Listener::Start(int port) {
  httplib::Server& http = server_->http;
  if (port == 0) {
    server_->port = http.bind_to_any_port("127.0.0.1");
  } else {
    server_->port = http.bind_to_port("127.0.0.1", port) ? port : -1;
  }
  if (server_->port <= 0) {
    return "--webhook-port " + std::to_string(port) + ": cannot listen there; is it in use?";
  }
  server_->thread = std::jthread([&http] { http.listen_after_bind(); });
  // What does not run yet cannot be stopped.
  while (!http.is_running()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  return "";
}

std::string Listener::url() const {
  return "http://127.0.0.1:" + std::to_string(server_->port) + "/";
}

std::string WriteWhole(const std::string& path, const std::string& content) {
  std::ofstream out(path + ".part", std::ios::binary);
  out << content;
  out.close();
  std::error_code error;
  if (out) std::filesystem::rename(path + ".part", path, error);
  return out && !error ? "" : "cannot write " + path;
}

}  // namespace simulator
