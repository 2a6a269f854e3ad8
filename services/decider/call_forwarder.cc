#include "decider/call_forwarder.h"

#include <algorithm>
#include <condition_variable>
#include <utility>

#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/support/byte_buffer.h>

namespace evenkeel {
namespace {

// Time for the other's answer to get back to the caller.
constexpr std::chrono::milliseconds kMargin{20};
// Nobody is waited for longer: a caller who has more time is better off trying again.
constexpr std::chrono::milliseconds kLongest{2000};

constexpr std::chrono::milliseconds kRetryDelay{500};

std::chrono::system_clock::time_point OnTheWall(std::chrono::steady_clock::time_point deadline) {
  const auto left = deadline - kMargin - std::chrono::steady_clock::now();
  const auto bounded = std::min<std::chrono::steady_clock::duration>(left, kLongest);
  return std::chrono::system_clock::now() +
         std::chrono::duration_cast<std::chrono::system_clock::duration>(bounded);
}

/// What the other process said, word for word; or that it said nothing.
RpcError ErrorOf(const grpc::Status& status, const std::string& address) {
  const auto code = static_cast<StatusCode>(status.error_code());  // The same numbers.
  // The other's deadline is shorter than the caller's, who may well have time for another try.
  if (code != StatusCode::kDeadlineExceeded) {
    auto theirs = RpcError::FromDetails(code, status.error_message(), status.error_details());
    if (theirs) return *std::move(theirs);
    if (code != StatusCode::kUnavailable) {
      return {.code = code, .message = status.error_message()};
    }
  }
  return {.code = StatusCode::kUnavailable,
          .message = "the owner of the customer's task does not answer",
          .reason = "OWNER_UNAVAILABLE",
          .metadata = {{"owner", address}},
          .retry_delay = kRetryDelay};
}

/// One call, alive until it is answered.
struct OpenCall {
  grpc::ClientContext context;
  grpc::ByteBuffer request;
  grpc::ByteBuffer response;
  std::unique_ptr<google::protobuf::Message> message;
};

}  // namespace

struct CallForwarder::State {
  std::mutex mutex;
  std::condition_variable ended;
  // Guarded by mutex.
  std::map<std::string, std::shared_ptr<grpc::Channel>> channels;
  int open = 0;
};

CallForwarder::CallForwarder() : state_(std::make_shared<State>()) {}

CallForwarder::~CallForwarder() {
  std::unique_lock lock(state_->mutex);
  state_->ended.wait(lock, [this] { return state_->open == 0; });
}

std::shared_ptr<grpc::Channel> CallForwarder::ChannelTo(const std::string& address) {
  const std::lock_guard lock(state_->mutex);
  ++state_->open;
  std::shared_ptr<grpc::Channel>& channel = state_->channels[address];
  // Loopback only, as the doors are.
  if (channel == nullptr)
    channel = grpc::CreateChannel(address, grpc::InsecureChannelCredentials());
  return channel;
}

void CallForwarder::Call(const Target& target, const std::string& method,
                         const google::protobuf::Message& request,
                         std::unique_ptr<google::protobuf::Message> response,
                         std::chrono::steady_clock::time_point deadline, Done done) {
  const auto call = std::make_shared<OpenCall>();
  const grpc::Slice bytes(request.SerializeAsString());
  call->request = grpc::ByteBuffer(&bytes, 1);
  call->message = std::move(response);
  call->context.set_deadline(OnTheWall(deadline));
  call->context.AddMetadata(std::string(kForwardedHeader), target.addressee);
  const auto stub = std::make_shared<grpc::GenericStub>(ChannelTo(target.address));
  stub->UnaryCall(
      &call->context, "/" + method, grpc::StubOptions(), &call->request, &call->response,
      [state = state_, call, stub, address = target.address,
       done = std::move(done)](const grpc::Status& status) {
        grpc::Slice whole;
        if (!status.ok()) {
          done(ErrorOf(status, address));
        } else if (call->response.DumpToSingleSlice(&whole).ok() &&
                   call->message->ParseFromArray(whole.begin(), static_cast<int>(whole.size()))) {
          done(std::move(call->message));
        } else {
          done(RpcError::From(Internal("the owner's answer cannot be read")));
        }
        const std::lock_guard lock(state->mutex);
        --state->open;
        state->ended.notify_all();
      });
}

}  // namespace evenkeel
