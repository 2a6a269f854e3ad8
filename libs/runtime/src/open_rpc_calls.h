#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include "rpc_dispatcher.h"
#include "rpc_metrics.h"

namespace evenkeel {

class OpenRpcCall;

/// The calls that have no answer yet, and the thread that answers those whose time is over.
///
/// Thread-safety: any thread.
class OpenRpcCalls {
 public:
  explicit OpenRpcCalls(std::size_t max)
      : max_(max), watch_([this](const auto& stop) { Watch(stop); }) {}

  /// Makes room for one call. False: there is none, or Stop() was called.
  bool Enter();
  void Leave();

  /// From now on `call` is answered at its deadline at the latest.
  void Add(const std::shared_ptr<OpenRpcCall>& call);
  void Remove(OpenRpcCall* call, std::chrono::steady_clock::time_point deadline);

  bool is_stopping() const { return is_stopping_; }

  /// Waits for the calls that are open, until `deadline`; answers the rest UNAVAILABLE.
  void Stop(std::chrono::steady_clock::time_point deadline);

  /// Ends the thread. Nothing is answered for being late from here on.
  void Close();

 private:
  using Key = std::pair<std::chrono::steady_clock::time_point, OpenRpcCall*>;

  void Watch(const std::stop_token& stop);

  const std::size_t max_;
  std::atomic<bool> is_stopping_ = false;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::size_t count_ = 0;                              // Guarded by mutex_.
  bool is_over_ = false;                               // Guarded by mutex_: nobody waits any more.
  std::map<Key, std::weak_ptr<OpenRpcCall>> waiting_;  // Guarded by mutex_.
  std::jthread watch_;                                 // Last: it uses all of the above.
};

/// One call: the handler's side of it, and the only place where it is answered.
class OpenRpcCall final : public RpcCall {
 public:
  struct Parts {
    std::shared_ptr<OpenRpcCalls> calls;  ///< Entered already.
    std::shared_ptr<RpcMetrics> metrics;
    RpcMethodMetrics* method_metrics = nullptr;  ///< Of `metrics`.
    std::chrono::steady_clock::time_point started;
    std::size_t response_max_bytes = 0;
    RpcDispatcher::Finish finish;
  };

  OpenRpcCall(RpcContext context, std::unique_ptr<google::protobuf::Message> request, Parts parts);
  ~OpenRpcCall() override;
  OpenRpcCall(const OpenRpcCall&) = delete;
  OpenRpcCall& operator=(const OpenRpcCall&) = delete;

  void Finish(RpcAnswer result) override;

  bool is_done() const { return is_done_; }
  const RpcContext& context() const { return context_; }
  const google::protobuf::Message& request() const { return *request_; }

 private:
  const RpcContext context_;
  const std::unique_ptr<google::protobuf::Message> request_;
  const Parts parts_;
  std::atomic<bool> is_done_ = false;
};

}  // namespace evenkeel
