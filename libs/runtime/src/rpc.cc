#include "evenkeel/runtime/rpc.h"

#include <utility>

#include "evenkeel/base/check.h"

namespace evenkeel {
namespace {

using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;

const ServiceDescriptor& ServiceOf(std::string_view name) {
  const auto* service = google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(
      std::string(name.substr(0, name.find('/'))));
  EVENKEEL_CHECK(service != nullptr);
  return *service;
}

std::string NameOf(const MethodDescriptor& method) {
  return method.service()->full_name() + "/" + method.name();
}

}  // namespace

RpcError RpcError::From(const Status& status) {
  return {.code = status.code(), .message = status.message()};
}

RpcError RpcError::BadField(std::string field, std::string description) {
  RpcError error{.code = StatusCode::kInvalidArgument, .message = field + ": " + description};
  error.violations.push_back({std::move(field), std::move(description)});
  return error;
}

std::string_view RpcContext::Header(std::string_view name) const {
  const auto found = metadata.find(std::string(name));
  return found == metadata.end() ? std::string_view() : std::string_view(found->second);
}

std::chrono::milliseconds RpcContext::TimeLeft() const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(deadline -
                                                               std::chrono::steady_clock::now());
}

void RpcRegistry::Add(std::string_view name, const google::protobuf::Message& request,
                      const google::protobuf::Descriptor* response, RpcAccess access,
                      Erased handle) {
  const std::size_t slash = name.find('/');
  EVENKEEL_CHECK(slash != std::string_view::npos);
  const auto* descriptor = ServiceOf(name).FindMethodByName(std::string(name.substr(slash + 1)));
  EVENKEEL_CHECK(descriptor != nullptr);
  EVENKEEL_CHECK(descriptor->input_type() == request.GetDescriptor());
  EVENKEEL_CHECK(descriptor->output_type() == response);
  EVENKEEL_CHECK(!descriptor->client_streaming() && !descriptor->server_streaming());
  Method& method = methods_[std::string(name)];
  EVENKEEL_CHECK(method.handle == nullptr);
  method = {descriptor, &request, access, std::move(handle), {}};
}

void RpcRegistry::Elsewhere(std::string_view name, std::string_view where) {
  const ServiceDescriptor& service = ServiceOf(name);
  const std::size_t slash = name.find('/');
  for (int i = 0; i < service.method_count(); ++i) {
    const MethodDescriptor& method = *service.method(i);
    if (slash != std::string_view::npos && method.name() != name.substr(slash + 1)) continue;
    Method& entry = methods_[NameOf(method)];
    if (entry.handle != nullptr) continue;
    entry.descriptor = &method;
    entry.access = RpcAccess::kAnyone;
    entry.elsewhere = where;
  }
}

const RpcRegistry::Method* RpcRegistry::Find(std::string_view name) const {
  const auto found = methods_.find(name);
  return found == methods_.end() ? nullptr : &found->second;
}

std::vector<const ServiceDescriptor*> RpcRegistry::Services() const {
  std::vector<const ServiceDescriptor*> services;
  for (const auto& [name, method] : methods_) {
    if (services.empty() || services.back() != method.descriptor->service()) {
      services.push_back(method.descriptor->service());
    }
  }
  return services;
}

}  // namespace evenkeel
