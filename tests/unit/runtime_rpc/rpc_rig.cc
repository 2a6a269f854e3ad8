#include "rpc_rig.h"

#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include <sys/stat.h>

#include "evenkeel/base/hash.h"
#include "evenkeel/v1/approval_service.pb.h"
#include "evenkeel/v1/control_service.pb.h"

namespace evenkeel {
namespace {

People MakePeople(const std::string& directory) {
  const std::string path = directory + "/people";
  std::ofstream(path) << "ann:approver:" << ToHex(Sha256(kApproverToken)) << "\n"
                      << "ada:auditor:" << ToHex(Sha256(kAuditorToken)) << "\n";
  ::chmod(path.c_str(), 0600);
  return People::Load(path).value();
}

RpcError RichError(int code) {
  return {.code = static_cast<StatusCode>(code),
          .message =
              "said \xC3\xBC"
              "ber all: 100 %",
          .reason = "MADE_UP",
          .metadata = {{"owner", "decider-2"}},
          .violations = {{"customer_id", "is made up"}},
          .retry_delay = std::chrono::milliseconds(1500)};
}

}  // namespace

RpcRig::RpcRig(const RpcLimits& limits, const HttpListener::Options& http)
    : people_(MakePeople(directory_.path())) {
  Register();
  server_ = std::make_unique<RpcServer>(registry_, people_, metrics_, limits);
  http_ = HttpListener::Create(http).value();
  server_->ServeConnect(*http_);
  EVENKEEL_CHECK(server_->ServeGrpc({}).ok());
  http_->Start();
}

RpcRig::~RpcRig() {
  TakeHeld().clear();
  server_->Stop(std::chrono::steady_clock::now());
  http_->Stop();
}

void RpcRig::Register() {
  registry_.Unary<v1::GetScoreRequest, v1::GetScoreResponse>(
      "evenkeel.v1.ScoreService/GetScore", RpcAccess::kAnyone,
      [this](const RpcContext& context, const v1::GetScoreRequest& request,
             const RpcReply<v1::GetScoreResponse>& reply) { GetScore(context, request, reply); });
  registry_.Elsewhere("evenkeel.v1.ScoreService", "evenkeel-other");
  registry_.Unary<v1::ApproveRequest, v1::ApproveResponse>(
      "evenkeel.v1.ApprovalService/Approve", RpcAccess::kApprover,
      [](const RpcContext& context, const v1::ApproveRequest&,
         const RpcReply<v1::ApproveResponse>& reply) {
        v1::ApproveResponse response;
        response.mutable_verdict()->set_comment(context.person->name);
        reply(std::move(response));
      });
  registry_.Elsewhere("evenkeel.v1.DecisionService/GetDecision", "evenkeel-console");
}

void RpcRig::GetScore(const RpcContext& context, const v1::GetScoreRequest& request,
                      const RpcReply<v1::GetScoreResponse>& reply) {
  const std::string& customer = request.customer_id();
  {
    const std::lock_guard lock(mutex_);
    last_context_ = context;
    if (customer == "hold") {
      held_.push_back(reply);
      changed_.notify_all();
      return;
    }
  }
  if (customer == "drop") return;
  if (customer.starts_with("error:")) {
    int code = 0;
    std::from_chars(customer.data() + 6, customer.data() + customer.size(), code);
    return reply(RichError(code));
  }
  if (customer == "thread") {
    std::thread([reply] { reply(v1::GetScoreResponse()); }).detach();
    return;
  }
  v1::GetScoreResponse response;
  response.set_customer_id(customer == "large" ? std::string(9U << 20, 'x') : customer);
  response.mutable_freshness()->set_task_sequence(9'007'199'254'740'993);
  reply(response);
  if (customer == "twice") reply(NotFound("too late"));
}

std::shared_ptr<grpc::Channel> RpcRig::Channel() const {
  return grpc::CreateChannel("127.0.0.1:" + std::to_string(server_->grpc_port()),
                             grpc::InsecureChannelCredentials());
}

std::unique_ptr<v1::ScoreService::Stub> RpcRig::Scores() const {
  return v1::ScoreService::NewStub(Channel());
}

void RpcRig::AwaitHeld(std::size_t count) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return held_.size() >= count; });
}

std::vector<RpcReply<v1::GetScoreResponse>> RpcRig::TakeHeld() {
  const std::lock_guard lock(mutex_);
  return std::exchange(held_, {});
}

std::optional<RpcContext> RpcRig::last_context() const {
  const std::lock_guard lock(mutex_);
  return last_context_;
}

google::rpc::Status DetailsOf(const grpc::Status& status) {
  google::rpc::Status details;
  EVENKEEL_CHECK(details.ParseFromString(status.error_details()));
  return details;
}

}  // namespace evenkeel
