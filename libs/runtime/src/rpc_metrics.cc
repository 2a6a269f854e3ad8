#include "rpc_metrics.h"

#include <tuple>
#include <utility>

#include <prometheus/registry.h>

namespace evenkeel {
namespace {

/// As google.rpc spells them in camel case, which is what dashboards for gRPC look for.
std::string_view CodeLabel(StatusCode code) {
  switch (code) {
    case StatusCode::kOk:
      return "OK";
    case StatusCode::kCancelled:
      return "Canceled";
    case StatusCode::kUnknown:
      return "Unknown";
    case StatusCode::kInvalidArgument:
      return "InvalidArgument";
    case StatusCode::kDeadlineExceeded:
      return "DeadlineExceeded";
    case StatusCode::kNotFound:
      return "NotFound";
    case StatusCode::kAlreadyExists:
      return "AlreadyExists";
    case StatusCode::kPermissionDenied:
      return "PermissionDenied";
    case StatusCode::kResourceExhausted:
      return "ResourceExhausted";
    case StatusCode::kFailedPrecondition:
      return "FailedPrecondition";
    case StatusCode::kAborted:
      return "Aborted";
    case StatusCode::kOutOfRange:
      return "OutOfRange";
    case StatusCode::kUnimplemented:
      return "Unimplemented";
    case StatusCode::kInternal:
      return "Internal";
    case StatusCode::kUnavailable:
      return "Unavailable";
    case StatusCode::kDataLoss:
      return "DataLoss";
    case StatusCode::kUnauthenticated:
      return "Unauthenticated";
  }
  return "Unknown";
}

prometheus::Labels With(prometheus::Labels labels, std::string_view code) {
  labels.emplace("grpc_code", code);
  return labels;
}

RpcMethodMetrics::Families FamiliesOf(prometheus::Registry& registry) {
  return {prometheus::BuildCounter()
              .Name("grpc_server_started_total")
              .Help("Calls that came in, by gRPC or as Connect.")
              .Register(registry),
          prometheus::BuildCounter()
              .Name("grpc_server_handled_total")
              .Help("Calls that were answered, by gRPC or as Connect, by code.")
              .Register(registry),
          prometheus::BuildHistogram()
              .Name("grpc_server_handling_seconds")
              .Help("Time from a call to its answer, by gRPC or as Connect.")
              .Register(registry)};
}

}  // namespace

RpcMethodMetrics::RpcMethodMetrics(const Families& families, std::string_view service,
                                   std::string_view method)
    : labels_{{"grpc_type", "unary"},
              {"grpc_service", std::string(service)},
              {"grpc_method", std::string(method)}},
      handled_family_(families.handled),
      started_(families.started.Add(labels_)),
      seconds_(families.seconds.Add(labels_, prometheus::Histogram::BucketBoundaries{
                                                 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                                 0.1, 0.25, 0.5, 1, 2.5, 5, 10})) {}

void RpcMethodMetrics::Handled(StatusCode code, std::chrono::nanoseconds took) {
  seconds_.Observe(std::chrono::duration<double>(took).count());
  auto& slot = handled_.at(static_cast<std::size_t>(code));
  prometheus::Counter* counter = slot.load(std::memory_order_acquire);
  if (counter == nullptr) {
    counter = &handled_family_.Add(With(labels_, CodeLabel(code)));  // The same one for all.
    slot.store(counter, std::memory_order_release);
  }
  counter->Increment();
}

RpcMetrics::RpcMetrics(Metrics& metrics, const RpcRegistry& registry)
    : families_(FamiliesOf(metrics.registry())), unknown_(families_, "unknown", "unknown") {
  for (const auto* service : registry.Services()) {
    for (int i = 0; i < service->method_count(); ++i) {
      const std::string& method = service->method(i)->name();
      methods_.try_emplace(service->full_name() + "/" + method, families_, service->full_name(),
                           method);
    }
  }
}

RpcMethodMetrics& RpcMetrics::Of(std::string_view method) {
  const auto found = methods_.find(method);
  return found == methods_.end() ? unknown_ : found->second;
}

}  // namespace evenkeel
