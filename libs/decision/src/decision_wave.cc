#include "evenkeel/decision/decision_wave.h"

#include <utility>

namespace evenkeel {

DecisionWave::DecisionWave(const DecisionCore& core, DecisionScope scope, DecisionSink& sink)
    : core_(&core), scope_(std::move(scope)), sink_(sink) {}

void DecisionWave::Use(const DecisionCore& core, Control control) {
  Close();
  core_ = &core;
  control_ = std::move(control);
}

Observed DecisionWave::Observe(CustomerState& state, const Signal& signal,
                               const SignalPayload& payload, TimeMs now) {
  if (state.is_in_wave) Close();
  Observed observed = core_->Observe(state, signal, payload, now, scratch_);
  Add(state, signal.customer, observed);
  return observed;
}

Observed DecisionWave::OnTimer(CustomerState& state, const CustomerId& customer,
                               std::string_view name, TimeMs due, TimeMs now) {
  if (state.is_in_wave) Close();
  Observed observed = core_->OnTimer(state, name, due, now);
  Add(state, customer, observed);
  return observed;
}

void DecisionWave::Add(CustomerState& state, const CustomerId& customer, const Observed& observed) {
  for (const DecisionRequest& request : observed.requests) {
    // The second decision of one input may depend on what the first reserves.
    if (state.is_in_wave) Close();
    if (pending_count_ == pending_.size()) pending_.emplace_back();
    PendingDecision& pending = pending_[pending_count_++];
    pending.state = &state;
    pending.customer = customer;
    pending.request = request;
    state.is_in_wave = true;
  }
}

void DecisionWave::Close() {
  for (std::size_t i = 0; i < pending_count_; ++i) core_->Score(pending_[i]);
  for (std::size_t i = 0; i < pending_count_; ++i) {
    PendingDecision& pending = pending_[i];
    Decision decision = core_->Arbitrate(pending, scope_, control_);
    pending.state->is_in_wave = false;
    sink_.OnDecision(*pending.state, std::move(decision));
  }
  pending_count_ = 0;
}

}  // namespace evenkeel
