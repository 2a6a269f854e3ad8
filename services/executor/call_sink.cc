#include "executor/call_sink.h"

#include "executor/call_order.h"

namespace evenkeel {

CallSink::CallSink(std::map<std::string, Connector*> connectors, CallScheduler& pool,
                   const ControlBoard& control, std::function<TimeMs()> wall_clock)
    : connectors_(std::move(connectors)),
      pool_(pool),
      control_(control),
      wall_clock_(std::move(wall_clock)) {}

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
    Report(row, *order, {CallOutcome::kAmbiguous, 0, "an earlier owner may have called", {}});
    return;
  }
  const bool accepted = pool_.Submit(
      [this, row, tenure, bytes = effect.bytes] { Call(row, tenure, bytes); }, order->delay, this);
  if (accepted) {
    if (is_held_) pool_.Hurry(this);
    return;
  }
  Report(row, *order, {CallOutcome::kRetry, 0, "too many calls wait", {}});
}

void CallSink::Call(Partition row, std::uint64_t tenure, const std::string& order_bytes) {
  const Result<CallOrder> order = CallOrder::Decode(order_bytes);
  EVENKEEL_CHECK(order.ok());
  // A repeat's claim says already what the next owner has to know: a call may have been made.
  if (!IsOurs(row, tenure) || (is_held_ && order->is_repeat)) {
    --open_;
  } else if (!is_held_) {
    Report(row, *order, Make(*order));
  } else {
    Report(row, *order, {CallOutcome::kHeld, 0, "the process ends", order->delay});
  }
}

void CallSink::Report(Partition row, const CallOrder& order, CallResult result) {
  worker_->PostEffectResult(
      row, CallReport{order.customer, order.action_id, order.attempt, std::move(result)}.Encode());
  --open_;
}

// Nothing is called in vain: what has changed since the claim was made counts at the last moment.
// The claim's owner ends it, knowing that nobody called just now, but perhaps an earlier owner did.
CallResult CallSink::Make(const CallOrder& order) {
  const CallOutcome not_made = order.is_repeat ? CallOutcome::kAmbiguous : CallOutcome::kRetry;
  if (wall_clock_() >= order.not_after) {
    return {not_made, 0, "its time was over before the call", {}};
  }
  if (const auto refusal = control_.RefusalOf(order.subject)) {
    return {not_made, 0, refusal->reason, {}};
  }
  const auto connector = connectors_.find(order.subject.channel);
  EVENKEEL_CHECK(connector != connectors_.end());  // The processor refuses other channels.
  const CallResult result =
      connector->second->Execute({.action_id = order.action_id,
                                  .type = "evenkeel.action." + order.subject.channel + ".v1",
                                  .body = order.body,
                                  .attempt = order.attempt});
  Count(result, order.attempt);
  return result;
}

void CallSink::Hold() {
  is_held_ = true;
  pool_.Hurry(this);
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
