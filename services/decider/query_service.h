#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "decider/call_forwarder.h"
#include "decider/customer_reader.h"
#include "decider/owner_directory.h"
#include "decider/query_pool.h"

#include "evenkeel/runtime/rpc.h"

namespace evenkeel {

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
  QueryService(CustomerReader reader, std::unique_ptr<OwnerDirectory> directory,
               std::size_t threads);
  ~QueryService();
  QueryService(const QueryService&) = delete;
  QueryService& operator=(const QueryService&) = delete;

  void Register(RpcRegistry& registry);

  /// Where other processes reach this one: a question for itself is not passed on.
  void SetAddress(std::string address);

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
  /// `places`, in the request, are of customers of one owner; nobody's where it is empty.
  void PassOnPart(const std::shared_ptr<Batch>& batch, const std::string& owner,
                  const std::vector<int>& places);
  bool MayPassOn(const RpcContext& context, const std::string& owner) const;
  v1::BatchScore ScoreOf(const std::string& customer, bool with_contributions) const;

  bool IsOurs(const std::string& owner) const;

  const CustomerReader reader_;
  mutable std::mutex mutex_;
  std::string address_;  // Guarded by mutex_.
  const std::unique_ptr<OwnerDirectory> directory_;
  CallForwarder forwarder_;  // Its answers use the directory.
  std::unique_ptr<QueryPool> pool_;
};

}  // namespace evenkeel
