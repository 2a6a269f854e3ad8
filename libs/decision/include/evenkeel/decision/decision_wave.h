#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "evenkeel/decision/decision_core.h"

namespace evenkeel {

/// Takes the decisions of a wave, in the order of the inputs that asked for them.
class DecisionSink {
 public:
  virtual ~DecisionSink() = default;

  /// `state` is the customer's, with what the decision reserved in it.
  virtual void OnDecision(CustomerState& state, Decision decision) = 0;
};

/// Observes inputs one after the other and decides in batches, so that models can score many
/// customers at once. What comes out is what would come out one at a time: an input of a customer
/// about whom a decision is pending closes the wave first.
///
/// The states of pending decisions are referenced: they must stay where they are until Close().
///
/// Thread-safety: none; one per task.
class DecisionWave {
 public:
  /// All must outlive the wave. `sink` is called from Close(), and from within the others.
  DecisionWave(const DecisionCore& core, DecisionScope scope, DecisionSink& sink);

  /// Uses another bundle or another word of the operators from now on. Closes the wave.
  void Use(const DecisionCore& core, Control control);

  Observed Observe(CustomerState& state, const Signal& signal, const SignalPayload& payload,
                   TimeMs now);
  Observed OnTimer(CustomerState& state, const CustomerId& customer, std::string_view name,
                   TimeMs due, TimeMs now);

  /// Scores and decides what is pending.
  void Close();

  /// Forgets what is pending without touching any state: they may be gone.
  void Drop() { pending_count_ = 0; }

  std::size_t pending() const { return pending_count_; }

 private:
  void Add(CustomerState& state, const CustomerId& customer, const Observed& observed);

  const DecisionCore* core_;
  DecisionScope scope_;
  DecisionSink& sink_;
  Control control_;
  FeatureUpdate scratch_;
  std::vector<PendingDecision> pending_;  // Longer than pending_count_: keeps its memory.
  std::size_t pending_count_ = 0;
};

}  // namespace evenkeel
