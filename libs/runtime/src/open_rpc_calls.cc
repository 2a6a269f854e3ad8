#include "open_rpc_calls.h"

#include <vector>

namespace evenkeel {
namespace {

using std::chrono::steady_clock;

RpcError Late() {
  return {.code = StatusCode::kDeadlineExceeded,
          .message = "the call's deadline has passed before there was an answer"};
}

RpcError Dropped() {
  return {.code = StatusCode::kInternal, .message = "the call was dropped without an answer"};
}

RpcError Stopped() {
  return {.code = StatusCode::kUnavailable,
          .message = "the process ends; ask again",
          .retry_delay = std::chrono::seconds(1)};
}

StatusCode CodeOf(const RpcAnswer& answer) {
  const auto* error = std::get_if<RpcError>(&answer);
  return error == nullptr ? StatusCode::kOk : error->code;
}

}  // namespace

bool OpenRpcCalls::Enter() {
  const std::lock_guard lock(mutex_);
  if (is_stopping_ || count_ >= max_) return false;
  ++count_;
  return true;
}

void OpenRpcCalls::Leave() {
  const std::lock_guard lock(mutex_);
  if (--count_ == 0) changed_.notify_all();
}

void OpenRpcCalls::Add(const std::shared_ptr<OpenRpcCall>& call) {
  bool is_over = false;
  {
    const std::lock_guard lock(mutex_);
    is_over = is_over_;
    const auto added = waiting_.emplace(Key{call->context().deadline, call.get()}, call).first;
    if (added == waiting_.begin()) changed_.notify_all();
  }
  // Whoever answered between the handler's return and here found nothing to remove.
  if (is_over) call->Finish(Stopped());
  if (call->is_done()) Remove(call.get(), call->context().deadline);
}

void OpenRpcCalls::Remove(OpenRpcCall* call, steady_clock::time_point deadline) {
  const std::lock_guard lock(mutex_);
  waiting_.erase(Key{deadline, call});
}

void OpenRpcCalls::Stop(steady_clock::time_point deadline) {
  std::vector<std::shared_ptr<OpenRpcCall>> rest;
  {
    std::unique_lock lock(mutex_);
    is_stopping_ = true;
    changed_.wait_until(lock, deadline, [this] { return count_ == 0; });
    is_over_ = true;
    for (const auto& [key, call] : waiting_) {
      if (auto open = call.lock()) rest.push_back(std::move(open));
    }
  }
  for (const auto& call : rest) call->Finish(Stopped());
}

void OpenRpcCalls::Close() {
  watch_.request_stop();
  if (watch_.joinable()) watch_.join();
}

void OpenRpcCalls::Watch(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    if (waiting_.empty()) {
      changed_.wait(lock, stop, [this] { return !waiting_.empty(); });
      continue;
    }
    const auto key = waiting_.begin()->first;
    const auto weak = waiting_.begin()->second;
    if (key.first > steady_clock::now()) {
      changed_.wait_until(lock, stop, key.first,
                          [&] { return waiting_.empty() || waiting_.begin()->first < key; });
      continue;
    }
    waiting_.erase(key);
    lock.unlock();
    if (const auto call = weak.lock()) call->Finish(Late());
    lock.lock();
  }
}

OpenRpcCall::OpenRpcCall(RpcContext context, std::unique_ptr<google::protobuf::Message> request,
                         Parts parts)
    : context_(std::move(context)), request_(std::move(request)), parts_(std::move(parts)) {}

OpenRpcCall::~OpenRpcCall() { Finish(Dropped()); }

void OpenRpcCall::Finish(RpcAnswer result) {
  if (is_done_.exchange(true)) return;
  parts_.calls->Remove(this, context_.deadline);
  if (const auto* response = std::get_if<0>(&result);
      response != nullptr && (*response)->ByteSizeLong() > parts_.response_max_bytes) {
    result = RpcError{.code = StatusCode::kResourceExhausted,
                      .message = "the answer is larger than " +
                                 std::to_string(parts_.response_max_bytes) +
                                 " bytes; ask for less, such as a smaller page_size",
                      .reason = "RESPONSE_TOO_LARGE"};
  }
  parts_.method_metrics->Handled(CodeOf(result), steady_clock::now() - parts_.started);
  parts_.finish(std::move(result));
  parts_.calls->Leave();
}

}  // namespace evenkeel
