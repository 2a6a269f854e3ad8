#include "decider/query_service.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>

namespace evenkeel {
namespace {

using google::protobuf::Message;

std::optional<RpcError> CheckCustomer(const std::string& customer, const std::string& field) {
  if (customer.empty()) {
    return RpcError::BadField(field, "is empty; name the customer, as the signals' key does");
  }
  if (customer.size() > QueryService::kCustomerBytesMax) {
    return RpcError::BadField(field, "has " + std::to_string(customer.size()) +
                                         " bytes; a customer's id has at most " +
                                         std::to_string(QueryService::kCustomerBytesMax));
  }
  return std::nullopt;
}

std::optional<RpcError> CheckBatch(const v1::BatchGetScoresRequest& request) {
  const int count = request.customer_ids_size();
  if (count == 0) return RpcError::BadField("customer_ids", "is empty; name 1 to 1000 customers");
  if (count > QueryService::kBatchMax) {
    return RpcError::BadField(
        "customer_ids", "has " + std::to_string(count) + " entries; at most " +
                            std::to_string(QueryService::kBatchMax) + " in one call: split it");
  }
  for (int i = 0; i < count; ++i) {
    auto error = CheckCustomer(request.customer_ids(i), "customer_ids[" + std::to_string(i) + "]");
    if (error) return error;
  }
  return std::nullopt;
}

bool IsLate(const RpcContext& context) { return context.TimeLeft().count() <= 0; }

RpcError Late() {
  RpcError error;
  error.code = StatusCode::kDeadlineExceeded;
  error.message = "the deadline was over before the question was looked at; give it more time";
  return error;
}

constexpr char kNotOwner[] = "NOT_OWNER";

RpcError OwnerUnknown() {
  return TryAgain("the customer's task is being handed over; nobody answers for it yet",
                  "TASK_NOT_READY");
}

v1::BatchScore NoScore(const std::string& customer, const RpcError& error) {
  v1::BatchScore score;
  score.set_customer_id(customer);
  score.set_error_code(static_cast<int>(error.code));
  score.set_error_reason(error.reason.empty() ? std::string(StatusCodeName(error.code))
                                              : error.reason);
  score.set_error_message(error.message);
  score.mutable_error_metadata()->insert(error.metadata.begin(), error.metadata.end());
  if (error.retry_delay) score.set_retry_after_ms(error.retry_delay->count());
  return score;
}

std::optional<TaskOwner> OwnerOf(const OwnerDirectory::Owners& owners, Partition row) {
  const auto found = owners.find(row);
  return found == owners.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace

bool QueryIdentity::IsMeant(std::string_view addressee) const {
  return std::ranges::any_of(
      members, [&](const std::string& member) { return Addressee(member) == addressee; });
}

/// A batch on its way: answered when its last part is.
struct QueryService::Batch {
  explicit Batch(BatchCall of) : call(std::move(of)) {}

  BatchCall call;
  std::mutex mutex;
  v1::BatchGetScoresResponse response;  // Guarded by mutex.
  std::size_t open_parts = 0;           // Guarded by mutex.

  void Put(int place, v1::BatchScore score) {
    const std::lock_guard lock(mutex);
    *response.mutable_scores(place) = std::move(score);
  }
  void BeginParts(std::size_t count) {
    const std::lock_guard lock(mutex);
    open_parts += count;
  }
  void EndPart() {
    const std::lock_guard lock(mutex);
    if (--open_parts == 0) call.reply(std::move(response));
  }
};

QueryService::QueryService(CustomerReader reader, QueryIdentity identity,
                           std::unique_ptr<OwnerDirectory> directory, std::size_t threads)
    : reader_(std::move(reader)),
      identity_(std::move(identity)),
      directory_(std::move(directory)),
      pool_(std::make_unique<QueryPool>(threads)) {}

// Who asks goes before who is asked; the forwarder waits for its calls.
QueryService::~QueryService() {
  pool_.reset();
  if (directory_) directory_->Stop();
}

void QueryService::Register(RpcRegistry& registry) {
  registry.Unary<v1::GetScoreRequest, v1::GetScoreResponse>(
      "evenkeel.v1.ScoreService/GetScore", RpcAccess::kAnyone,
      [this](const auto& context, const auto& request, const auto& reply) {
        const Call<v1::GetScoreRequest, v1::GetScoreResponse> call{context, request, reply};
        AnswerOne(call, request.customer_id(), [this, &request] {
          return reader_.Score(request.customer_id(), request.with_contributions(),
                               request.with_features());
        });
      });
  registry.Unary<v1::NextBestActionRequest, v1::NextBestActionResponse>(
      "evenkeel.v1.DecisionService/NextBestAction", RpcAccess::kAnyone,
      [this](const auto& context, const auto& request, const auto& reply) {
        const Call<v1::NextBestActionRequest, v1::NextBestActionResponse> call{context, request,
                                                                               reply};
        AnswerOne(call, request.customer_id(),
                  [this, &request] { return reader_.Preview(request); });
      });
  registry.Unary<v1::BatchGetScoresRequest, v1::BatchGetScoresResponse>(
      "evenkeel.v1.ScoreService/BatchGetScores", RpcAccess::kAnyone,
      [this](const auto& context, const auto& request, const auto& reply) {
        if (auto error = CheckAddressee(context)) return reply(*std::move(error));
        if (auto error = CheckBatch(request)) return reply(*std::move(error));
        const auto batch = std::make_shared<Batch>(BatchCall{context, request, reply});
        pool_->Post([this, batch] { AnswerBatch(batch); });
      });
}

template <typename Request, typename Response, typename Local>
void QueryService::AnswerOne(const Call<Request, Response>& call, const std::string& customer,
                             Local local) {
  if (auto error = CheckAddressee(call.context)) return call.reply(*std::move(error));
  if (auto error = CheckCustomer(customer, "customer_id")) return call.reply(*std::move(error));
  pool_->Post([this, call, &customer, local] {
    if (IsLate(call.context)) return call.reply(Late());
    const Partition row = reader_.RowOf(customer);
    if (!reader_.Owns(row)) return PassOn(call, row);
    auto answer = local();
    if (auto* error = std::get_if<RpcError>(&answer)) return call.reply(std::move(*error));
    call.reply(std::move(std::get<Response>(answer)));
  });
}

std::optional<RpcError> QueryService::CheckAddressee(const RpcContext& context) const {
  const std::string_view addressee = context.Header(kForwardedHeader);
  if (addressee.empty() || identity_.IsMeant(addressee)) return std::nullopt;
  return TryAgain("this process is not the one that the call was passed on to", kNotOwner);
}

// Once, and never to ourselves: the group may still name us for a task that we gave up. Doors are
// open to their own machine only.
bool QueryService::MayPassOn(const RpcContext& context,
                             const std::optional<TaskOwner>& owner) const {
  return owner && !identity_.members.contains(owner->instance) && owner->host == identity_.host &&
         context.Header(kForwardedHeader).empty();
}

RpcError QueryService::NotPassedOn(const std::optional<TaskOwner>& owner) const {
  if (!owner || identity_.members.contains(owner->instance)) {
    directory_->Doubt();
    return OwnerUnknown();
  }
  if (owner->host == identity_.host) directory_->Doubt();  // Another decider knew better.
  RpcError error = TryAgain("the customer's task is not one of this process; ask " +
                                owner->instance + " at " + owner->address + " of " + owner->host,
                            kNotOwner);
  error.metadata = {{"owner", owner->instance}, {"host", owner->host}, {"address", owner->address}};
  return error;
}

template <typename Request, typename Response>
void QueryService::PassOn(const Call<Request, Response>& call, Partition row) {
  if (directory_ == nullptr) return call.reply(OwnerUnknown());
  directory_->Find([this, call, row](const OwnerDirectory::Owners& owners) {
    const std::optional<TaskOwner> owner = OwnerOf(owners, row);
    if (!MayPassOn(call.context, owner)) return call.reply(NotPassedOn(owner));
    forwarder_.Call(TargetOf(*owner), call.context.method, call.request,
                    std::make_unique<Response>(), call.context.deadline,
                    [this, call](std::variant<std::unique_ptr<Message>, RpcError> answer) {
                      if (auto* error = std::get_if<RpcError>(&answer)) {
                        if (error->code == StatusCode::kUnavailable) directory_->Doubt();
                        // Whoever it is: what the group said of the owner holds no more.
                        if (error->reason == kNotOwner) return call.reply(OwnerUnknown());
                        return call.reply(std::move(*error));
                      }
                      call.reply(std::move(
                          static_cast<Response&>(*std::get<std::unique_ptr<Message>>(answer))));
                    });
  });
}

v1::BatchScore QueryService::ScoreOf(const std::string& customer, bool with_contributions) const {
  auto answer = reader_.Score(customer, with_contributions, /*with_features=*/false);
  if (const auto* error = std::get_if<RpcError>(&answer)) return NoScore(customer, *error);
  v1::BatchScore score;
  score.set_customer_id(customer);
  *score.mutable_score() = std::move(std::get<v1::GetScoreResponse>(answer));
  return score;
}

void QueryService::AnswerBatch(const std::shared_ptr<Batch>& batch) {
  const v1::BatchGetScoresRequest& request = batch->call.request;
  if (IsLate(batch->call.context)) return batch->call.reply(Late());
  std::map<Partition, std::vector<int>> elsewhere;  // Places in the request, by row.
  std::vector<int> here;
  for (int i = 0; i < request.customer_ids_size(); ++i) {
    const Partition row = reader_.RowOf(request.customer_ids(i));
    (directory_ == nullptr || reader_.Owns(row) ? here : elsewhere[row]).push_back(i);
    batch->response.add_scores();
  }
  std::erase_if(elsewhere, [](const auto& entry) { return entry.second.empty(); });
  batch->open_parts = elsewhere.empty() ? 1 : 2;
  if (!elsewhere.empty()) {
    directory_->Find([this, batch, elsewhere](const OwnerDirectory::Owners& owners) {
      std::map<std::optional<TaskOwner>, std::vector<int>> parts;
      for (const auto& [row, places] : elsewhere) {
        std::vector<int>& part = parts[OwnerOf(owners, row)];
        part.insert(part.end(), places.begin(), places.end());
      }
      batch->BeginParts(parts.size());
      for (const auto& [owner, places] : parts) PassOnPart(batch, owner, places);
      batch->EndPart();
    });
  }
  for (const int place : here) {
    batch->Put(place, ScoreOf(request.customer_ids(place), request.with_contributions()));
  }
  batch->EndPart();
}

void QueryService::PassOnPart(const std::shared_ptr<Batch>& batch,
                              const std::optional<TaskOwner>& owner,
                              const std::vector<int>& places) {
  const v1::BatchGetScoresRequest& request = batch->call.request;
  const auto tell = [batch, places](const RpcError& error) {
    for (const int place : places) {
      batch->Put(place, NoScore(batch->call.request.customer_ids(place), error));
    }
    batch->EndPart();
  };
  if (!MayPassOn(batch->call.context, owner)) return tell(NotPassedOn(owner));
  const auto fail = [this, tell](const RpcError& error) {
    directory_->Doubt();
    tell(error.reason == kNotOwner ? OwnerUnknown() : error);
  };
  v1::BatchGetScoresRequest part;
  part.set_with_contributions(request.with_contributions());
  for (const int place : places) part.add_customer_ids(request.customer_ids(place));
  forwarder_.Call(
      TargetOf(*owner), batch->call.context.method, part,
      std::make_unique<v1::BatchGetScoresResponse>(), batch->call.context.deadline,
      [batch, places, fail](const std::variant<std::unique_ptr<Message>, RpcError>& answer) {
        if (const auto* error = std::get_if<RpcError>(&answer)) return fail(*error);
        const auto& scores = static_cast<const v1::BatchGetScoresResponse&>(
            *std::get<std::unique_ptr<Message>>(answer));
        if (scores.scores_size() != static_cast<int>(places.size())) {
          return fail(RpcError::From(Internal("the owner's answer is of other customers")));
        }
        for (std::size_t i = 0; i < places.size(); ++i) {
          batch->Put(places[i], scores.scores(static_cast<int>(i)));
        }
        batch->EndPart();
      });
}

}  // namespace evenkeel
