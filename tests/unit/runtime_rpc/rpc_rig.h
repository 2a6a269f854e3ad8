#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/temp_directory.h"
#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>
#include <grpcpp/grpcpp.h>
#include <httplib.h>

#include "evenkeel/runtime/people.h"
#include "evenkeel/runtime/rpc_server.h"
#include "evenkeel/v1/score_service.grpc.pb.h"

namespace evenkeel {

inline constexpr std::string_view kApproverToken = "token-of-the-approver";
inline constexpr std::string_view kAuditorToken = "token-of-the-auditor";

/// A server with a few methods, both doors open:
///   ScoreService/GetScore        anyone; what happens follows from the customer id, see the source
///   ScoreService/BatchGetScores  elsewhere: "evenkeel-other"
///   ApprovalService/Approve      approvers; answers with who called
/// and nothing at DecisionService/ListDecisions, though the service is there.
class RpcRig {
 public:
  explicit RpcRig(const RpcLimits& limits = {}, const HttpListener::Options& http = {.threads = 8});
  ~RpcRig();

  RpcServer& server() { return *server_; }
  const RpcServer& server() const { return *server_; }
  std::string Scrape() const { return metrics_.Scrape(); }
  httplib::Client Http() const { return httplib::Client("127.0.0.1", http_->port()); }
  std::unique_ptr<v1::ScoreService::Stub> Scores() const;
  std::shared_ptr<grpc::Channel> Channel() const;

  /// Waits until a call for customer "hold" has come in; its reply stays with the rig.
  void AwaitHeld(std::size_t count = 1);
  std::vector<RpcReply<v1::GetScoreResponse>> TakeHeld();

  /// What handlers were told.
  std::optional<RpcContext> last_context() const;

 private:
  void Register();
  void GetScore(const RpcContext& context, const v1::GetScoreRequest& request,
                const RpcReply<v1::GetScoreResponse>& reply);

  Metrics metrics_{"test"};
  testing::TempDirectory directory_;
  People people_;
  RpcRegistry registry_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<RpcReply<v1::GetScoreResponse>> held_;  // Guarded by mutex_.
  std::optional<RpcContext> last_context_;            // Guarded by mutex_.
  std::unique_ptr<RpcServer> server_;
  std::unique_ptr<HttpListener> http_;
};

/// The details of an error that came by gRPC.
google::rpc::Status DetailsOf(const grpc::Status& status);

/// The first detail of one type.
template <typename Detail>
std::optional<Detail> Find(const google::rpc::Status& status) {
  for (const auto& any : status.details()) {
    Detail detail;
    if (any.UnpackTo(&detail)) return detail;
  }
  return std::nullopt;
}

}  // namespace evenkeel
