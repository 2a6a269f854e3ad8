#include "common/api_server.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "common/process_doors.h"

namespace evenkeel {
namespace {

constexpr std::string_view kBearer = "Bearer ";

Result<People> PeopleOf(const v1::ApiConfig& config, const ApiServer::Options& options) {
  const std::string path =
      config.people_file().empty() ? options.directory + "/people" : config.people_file();
  if (options.makes_people) return People::LoadOrCreate(path);
  std::error_code ignored;
  const bool is_there = std::filesystem::exists(path, ignored);
  if (config.people_file().empty() && !is_there) return People();
  return People::Load(path);
}

Status CheckListener(const v1::ListenerConfig& config, const std::string& path) {
  if (config.port() <= 65535) return {};
  return InvalidArgument(path + ".port: " + std::to_string(config.port()) +
                         " is no port; use 0 (any free one) to 65535");
}

}  // namespace

Status ApiServer::Check(const v1::ApiConfig& config, const std::string& path) {
  EVENKEEL_RETURN_IF_ERROR(CheckListener(config.http(), path + ".http"));
  return CheckListener(config.grpc(), path + ".grpc");
}

Result<std::unique_ptr<ApiServer>> ApiServer::Create(const v1::ApiConfig& config, Metrics& metrics,
                                                     const Options& options) {
  HttpListener::Options http = ListenerOptions(config.http(), 0);
  http.max_body_bytes = options.http_body_max_bytes;
  EVENKEEL_ASSIGN_OR_RETURN(auto listener, HttpListener::Create(http));
  EVENKEEL_ASSIGN_OR_RETURN(People people, PeopleOf(config, options));
  std::unique_ptr<ApiServer> api(new ApiServer(config, metrics, options, std::move(people)));
  api->http_ = std::move(listener);
  return api;
}

ApiServer::ApiServer(v1::ApiConfig config, Metrics& metrics, Options options, People people)
    : config_(std::move(config)),
      metrics_(metrics),
      options_(std::move(options)),
      people_(std::move(people)),
      http_port_(options_.directory + "/http.port"),
      grpc_port_(options_.directory + "/grpc.port") {}

ApiServer::~ApiServer() { Stop(std::chrono::steady_clock::now()); }

Status ApiServer::Start() {
  rpc_ = std::make_unique<RpcServer>(registry_, people_, metrics_, options_.limits);
  rpc_->ServeConnect(*http_);
  const HttpListener::Options grpc = ListenerOptions(config_.grpc(), 0);
  EVENKEEL_RETURN_IF_ERROR(rpc_->ServeGrpc({.address = grpc.address,
                                            .port = grpc.port,
                                            .is_reflection_off = config_.is_reflection_off()}));
  http_->Start();
  EVENKEEL_RETURN_IF_ERROR(http_port_.Write(http_->port()));
  return grpc_port_.Write(rpc_->grpc_port());
}

void ApiServer::SetServing(bool is_serving) {
  if (rpc_) rpc_->SetServing(is_serving);
}

void ApiServer::Stop(std::chrono::steady_clock::time_point deadline) {
  if (rpc_) rpc_->Stop(deadline);
  http_->Stop();
}

std::string ApiServer::grpc_address() const {
  return ListenerOptions(config_.grpc(), 0).address + ":" + std::to_string(grpc_port());
}

ApiGuard::~ApiGuard() {
  constexpr std::chrono::seconds kForOpenCalls{2};
  if (api_ != nullptr) api_->Stop(std::chrono::steady_clock::now() + kForOpenCalls);
}

std::string_view BearerToken(const HttpRequest& request) {
  const std::string_view header = request.Header("authorization");
  return header.starts_with(kBearer) ? header.substr(kBearer.size()) : std::string_view();
}

}  // namespace evenkeel
