#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "decider/call_forwarder.h"
#include "decider/customer_reader.h"
#include "decider/owner_directory.h"
#include "decider/query_pool.h"

#include "evenkeel/runtime/rpc.h"

namespace evenkeel {

/// A process, as other deciders know it.
struct QueryIdentity {
  std::string log;                ///< Id of the cluster: names repeat from one log to the next.
  std::string group;              ///< Begins with the deployment's prefix.
  std::set<std::string> members;  ///< Of the group, one for each of its workers.
  std::string host;               ///< Name of the machine.

  /// What a call passed on to `member` of the same group bears.
  std::string Addressee(const std::string& member) const {
    return log + "/" + group + "/" + member;
  }
  /// Whether it is meant for this process.
  bool IsMeant(std::string_view addressee) const;
};

/// ScoreService and DecisionService/NextBestAction: answers for the customers whose tasks run here,
/// and passes other questions on to the process that owns them, once.
///
/// Thread-safety: any thread. Ends after the doors have.
class QueryService {
 public:
  /// Most customers of one BatchGetScores.
  static constexpr int kBatchMax = 1000;
  /// Longest customer id, in bytes: the same as in signals.
  static constexpr std::size_t kCustomerBytesMax = 256;

  /// `directory`: who owns the other tasks; null where there is no other process.
  QueryService(CustomerReader reader, QueryIdentity identity,
               std::unique_ptr<OwnerDirectory> directory, std::size_t threads);
  ~QueryService();
  QueryService(const QueryService&) = delete;
  QueryService& operator=(const QueryService&) = delete;

  void Register(RpcRegistry& registry);

 private:
  template <typename Request, typename Response>
  struct Call {
    const RpcContext& context;
    const Request& request;
    RpcReply<Response> reply;
  };
  using BatchCall = Call<v1::BatchGetScoresRequest, v1::BatchGetScoresResponse>;
  struct Batch;

  /// Answers `call` about `customer`, here with `local` or elsewhere.
  template <typename Request, typename Response, typename Local>
  void AnswerOne(const Call<Request, Response>& call, const std::string& customer, Local local);
  template <typename Request, typename Response>
  void PassOn(const Call<Request, Response>& call, Partition row);
  void AnswerBatch(const std::shared_ptr<Batch>& batch);
  /// `places`, in the request, are of customers of one owner; nobody's where it is null.
  void PassOnPart(const std::shared_ptr<Batch>& batch, const std::optional<TaskOwner>& owner,
                  const std::vector<int>& places);
  bool MayPassOn(const RpcContext& context, const std::optional<TaskOwner>& owner) const;
  /// Why `owner` is not asked. What is known of it may be wrong.
  RpcError NotPassedOn(const std::optional<TaskOwner>& owner) const;
  /// A call that another decider passed on, and not to this process.
  std::optional<RpcError> CheckAddressee(const RpcContext& context) const;
  CallForwarder::Target TargetOf(const TaskOwner& owner) const {
    return {owner.address, identity_.Addressee(owner.instance)};
  }
  v1::BatchScore ScoreOf(const std::string& customer, bool with_contributions) const;

  const CustomerReader reader_;
  const QueryIdentity identity_;
  const std::unique_ptr<OwnerDirectory> directory_;
  CallForwarder forwarder_;  // Its answers use the directory.
  std::unique_ptr<QueryPool> pool_;
};

}  // namespace evenkeel
