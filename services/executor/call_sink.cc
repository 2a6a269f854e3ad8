#include "executor/call_sink.h"

#include "executor/call_order.h"

namespace evenkeel {

CallSink::CallSink(std::map<std::string, Connector*> connectors, CallScheduler& pool,
                   std::function<TimeMs()> wall_clock)
    : connectors_(std::move(connectors)), pool_(pool), wall_clock_(std::move(wall_clock)) {}

void CallSink::Execute(Partition row, std::vector<Effect> effects) {
  std::uint64_t tenure = 0;
  {
    const std::lock_guard lock(mutex_);
    tenure = tenures_[row];
  }
  for (const Effect& effect : effects) Begin(row, tenure, effect);
}

void CallSink::Begin(Partition row, std::uint64_t tenure, const Effect& effect) {
  const Result<CallOrder> order = CallOrder::Decode(effect.bytes);
  EVENKEEL_CHECK(order.ok());  // We encoded it ourselves.
  ++open_;
  if (order->is_lost) {
    worker_->PostEffectResult(
        row, CallReport{order->customer,
                        order->action_id,
                        order->attempt,
                        {CallOutcome::kAmbiguous, 0, "an earlier owner may have called", {}}}
                 .Encode());
    --open_;
    return;
  }
  const bool accepted = pool_.Submit(
      [this, row, tenure, bytes = effect.bytes] { Call(row, tenure, bytes); }, order->delay);
  if (accepted) return;
  worker_->PostEffectResult(row, CallReport{order->customer,
                                            order->action_id,
                                            order->attempt,
                                            {CallOutcome::kRetry, 0, "too many calls wait", {}}}
                                     .Encode());
  --open_;
}

void CallSink::Call(Partition row, std::uint64_t tenure, const std::string& order_bytes) {
  const Result<CallOrder> order = CallOrder::Decode(order_bytes);
  EVENKEEL_CHECK(order.ok());
  if (IsOurs(row, tenure)) {
    const CallResult result = Make(*order);
    worker_->PostEffectResult(
        row, CallReport{order->customer, order->action_id, order->attempt, result}.Encode());
  }
  --open_;
}

CallResult CallSink::Make(const CallOrder& order) {
  if (wall_clock_() >= order.not_after) {
    // The claim's owner ends it: nobody called just now, but perhaps an earlier owner did.
    return {order.is_repeat ? CallOutcome::kAmbiguous : CallOutcome::kRetry,
            0,
            "its time was over before the call",
            {}};
  }
  const auto connector = connectors_.find(order.channel);
  EVENKEEL_CHECK(connector != connectors_.end());  // The processor refuses other channels.
  const CallResult result =
      connector->second->Execute({.action_id = order.action_id,
                                  .type = "evenkeel.action." + order.channel + ".v1",
                                  .body = order.body,
                                  .attempt = order.attempt});
  Count(result, order.attempt);
  return result;
}

void CallSink::Forget(Partition row) {
  const std::lock_guard lock(mutex_);
  ++tenures_[row];
}

bool CallSink::IsOurs(Partition row, std::uint64_t tenure) const {
  const std::lock_guard lock(mutex_);
  const auto found = tenures_.find(row);
  return found != tenures_.end() && found->second == tenure;
}

void CallSink::Count(const CallResult& result, std::uint32_t attempt) {
  const std::lock_guard lock(mutex_);
  ++counters_.calls;
  if (attempt > 1) ++counters_.retries;
  if (result.outcome == CallOutcome::kDone) ++counters_.done;
  if (result.outcome == CallOutcome::kFailed) ++counters_.failed;
  if (result.outcome == CallOutcome::kAmbiguous) ++counters_.ambiguous;
}

CallCounters CallSink::counters() const {
  const std::lock_guard lock(mutex_);
  return counters_;
}

}  // namespace evenkeel
