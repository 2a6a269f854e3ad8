#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <map>
#include <string>
#include <string_view>

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/histogram.h>

#include "evenkeel/runtime/rpc.h"
#include "evenkeel/telemetry/metrics.h"

namespace evenkeel {

/// The figures of one method, under the names that gRPC servers usually have them.
class RpcMethodMetrics {
 public:
  struct Families {
    prometheus::Family<prometheus::Counter>& started;
    prometheus::Family<prometheus::Counter>& handled;
    prometheus::Family<prometheus::Histogram>& seconds;
  };

  RpcMethodMetrics(const Families& families, std::string_view service, std::string_view method);

  void Started() { started_.Increment(); }
  void Handled(StatusCode code, std::chrono::nanoseconds took);

 private:
  static constexpr std::size_t kCodes = 17;

  const prometheus::Labels labels_;
  prometheus::Family<prometheus::Counter>& handled_family_;
  prometheus::Counter& started_;
  prometheus::Histogram& seconds_;
  std::array<std::atomic<prometheus::Counter*>, kCodes> handled_{};  // Made when first needed.
};

/// The figures of all methods of a registry.
///
/// Thread-safety: any thread.
class RpcMetrics {
 public:
  RpcMetrics(Metrics& metrics, const RpcRegistry& registry);

  /// Of a method of the registry; what is not known shares one, "unknown".
  RpcMethodMetrics& Of(std::string_view method);

 private:
  const RpcMethodMetrics::Families families_;
  RpcMethodMetrics unknown_;
  std::map<std::string, RpcMethodMetrics, std::less<>> methods_;  // Not changed once made.
};

}  // namespace evenkeel
