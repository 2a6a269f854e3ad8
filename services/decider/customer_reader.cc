#include "decider/customer_reader.h"

#include <algorithm>
#include <utility>

#include "evenkeel/base/hash.h"
#include "evenkeel/codec/decision_codec.h"
#include "evenkeel/codec/scores_codec.h"
#include "evenkeel/state/entry.h"

namespace evenkeel {
namespace {

constexpr std::chrono::milliseconds kRetryDelay{500};

void Fill(const CoreDefinition& bundle, v1::VersionedName& message) {
  message.set_name(bundle.name);
  message.set_version(bundle.version);
  message.set_digest(std::string(AsBytes(bundle.digest)));
}

void FillFeatures(const DecisionCore& core, const std::vector<FeatureValue>& values,
                  v1::GetScoreResponse& response) {
  for (const std::uint32_t index : core.features().by_name()) {
    const FeatureDefinition& feature = core.features().definition(index);
    const FeatureValue& value = values[index];
    ToMessage(UsedFeature{feature.name, value.is_missing, value.number, feature.scale,
                          std::string(value.symbol)},
              *response.add_features());
  }
}

RpcError UnknownCustomer() {
  RpcError error;
  error.code = StatusCode::kNotFound;
  error.message =
      "nothing is known of this customer: no signal of theirs is committed, or they asked to be "
      "forgotten; check the id (it is case-sensitive) and whether their signals have arrived";
  error.reason = "CUSTOMER_UNKNOWN";
  return error;
}

/// The decision point asked for, or the first of the bundle.
std::variant<std::uint32_t, RpcError> PointOf(const CoreDefinition& bundle,
                                              const std::string& rule) {
  const std::vector<DecisionPointDefinition>& points = bundle.catalogue.points;
  if (rule.empty()) return 0U;
  std::string names;
  for (std::uint32_t i = 0; i < points.size(); ++i) {
    if (points[i].name == rule) return i;
    names += (names.empty() ? "" : ", ") + points[i].name;
  }
  return RpcError::BadField("rule", "\"" + rule + "\" is no decision point of bundle " +
                                        bundle.name + "; it has: " + names);
}

}  // namespace

RpcError TryAgain(std::string message, std::string reason) {
  RpcError error;
  error.code = StatusCode::kUnavailable;
  error.message = std::move(message);
  error.reason = std::move(reason);
  error.retry_delay = kRetryDelay;
  return error;
}

Partition CustomerReader::RowOf(std::string_view customer) const {
  return PartitionOf(customer, options_.row_count);
}

bool CustomerReader::Owns(Partition row) const {
  const MonotonicTime now = options_.monotonic();
  return std::any_of(workers_.begin(), workers_.end(), [&](const Worker& worker) {
    return worker.board->Find(row, now).status().code() != StatusCode::kNotFound;
  });
}

std::variant<CustomerReader::Found, RpcError> CustomerReader::Find(
    const std::string& customer) const {
  Found found;
  found.row = RowOf(customer);
  Result<TaskBoard::Task> task = NotFound("");
  for (const Worker& worker : workers_) {
    task = worker.board->Find(found.row, options_.monotonic());
    found.worker = &worker;
    if (task.ok() || task.status().code() != StatusCode::kNotFound) break;
  }
  if (!task.ok() && task.status().code() == StatusCode::kNotFound) {
    return TryAgain("the customer's task is not one of this process", "NOT_OWNER");
  }
  if (!task.ok()) return TryAgain(task.status().message(), "TASK_NOT_READY");
  found.by = found.worker->window->Look();  // After the view: see DeciderWindow.
  if (found.by == nullptr || found.by->core == nullptr) {
    return TryAgain("no bundle is in force", "NO_BUNDLE");
  }
  found.lag_records = task->lag_records;
  const Status read = ReadState(customer, *task->view, found);
  if (read.code() == StatusCode::kNotFound) {
    // Of a task that may be another's by now, "unknown" is as stale as any other answer.
    if (auto doubt = CheckFresh(found)) return *std::move(doubt);
    return UnknownCustomer();
  }
  if (!read.ok()) return RpcError::From(read);
  return found;
}

Status CustomerReader::ReadState(const std::string& customer, const StoreView& view,
                                 Found& found) const {
  found.position = view.position();
  EVENKEEL_ASSIGN_OR_RETURN(const std::optional<std::string> bytes,
                            view.Get(EntryKey(EntryKind::kState, customer)));
  if (!bytes) return NotFound("");
  EVENKEEL_ASSIGN_OR_RETURN(const StateValue value, ParseStateValue(*bytes));
  EVENKEEL_ASSIGN_OR_RETURN(found.state, CustomerState::Decode(value.bytes, found.by->layouts));
  found.now = found.position.as_of;
  if (options_.clock == ClockMode::kWall) found.now = std::max(found.now, options_.wall());
  found.by->core->Adopt(found.state, found.by->layouts, found.now);
  return {};
}

std::optional<RpcError> CustomerReader::CheckFresh(const Found& found) const {
  const Status status = found.worker->board->Find(found.row, options_.monotonic()).status();
  if (status.ok()) return std::nullopt;
  return TryAgain(status.message(),
                  status.code() == StatusCode::kNotFound ? "NOT_OWNER" : "TASK_NOT_READY");
}

void CustomerReader::Fill(const Found& found, v1::Freshness& freshness) {
  freshness.set_as_of_time_ms(found.position.as_of.value);
  freshness.set_task(found.row);
  freshness.set_task_sequence(static_cast<std::int64_t>(found.position.sequence));
  freshness.set_lag_records(found.lag_records);
}

CustomerReader::Answer<v1::GetScoreResponse> CustomerReader::Score(const std::string& customer,
                                                                   bool with_contributions,
                                                                   bool with_features) const {
  std::variant<Found, RpcError> read = Find(customer);
  if (auto* error = std::get_if<RpcError>(&read)) return std::move(*error);
  auto& found = std::get<Found>(read);
  PendingDecision pending;
  pending.state = &found.state;
  pending.request.now = found.now;
  found.by->core->Score(pending);
  v1::GetScoreResponse response;
  response.set_customer_id(customer);
  v1::ChurnScore& churn = *response.add_churn();
  ToMessage(pending.churn, churn);
  if (!with_contributions) {
    for (v1::HazardScore& hazard : *churn.mutable_hazards()) hazard.clear_contributions();
  }
  if (with_features) FillFeatures(*found.by->core, pending.values, response);
  Fill(found, *response.mutable_freshness());
  evenkeel::Fill(found.by->core->definition(), *response.mutable_bundle());
  if (auto doubt = CheckFresh(found)) return *std::move(doubt);
  return response;
}

CustomerReader::Answer<v1::NextBestActionResponse> CustomerReader::Preview(
    const v1::NextBestActionRequest& request) const {
  std::variant<Found, RpcError> read = Find(request.customer_id());
  if (auto* error = std::get_if<RpcError>(&read)) return std::move(*error);
  auto& found = std::get<Found>(read);
  const DecisionCore& core = *found.by->core;
  auto point = PointOf(core.definition(), request.rule());
  if (auto* error = std::get_if<RpcError>(&point)) return std::move(*error);
  PendingDecision pending;
  pending.state = &found.state;  // A copy of ours: what is reserved in it goes with it.
  pending.customer = CustomerId(request.customer_id());
  pending.request.point = std::get<std::uint32_t>(point);
  pending.request.trigger = {TriggerKind::kQuery, {}, request.request_id(), found.now};
  pending.request.now = found.now;
  core.Score(pending);
  DecisionOrigin origin = options_.origin;
  origin.task_epoch = found.position.epoch;
  const Decision decision =
      core.Arbitrate(pending, {origin.deployment, origin.task_epoch}, found.by->control);
  v1::NextBestActionResponse response;
  if (!response.mutable_decision()->ParseFromString(EncodeDecision(decision, origin))) {
    return RpcError::From(Internal("a decision that cannot be read back"));
  }
  response.set_is_hypothetical(true);
  Fill(found, *response.mutable_freshness());
  if (auto doubt = CheckFresh(found)) return *std::move(doubt);
  return response;
}

}  // namespace evenkeel
