#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "evenkeel/base/result.h"
#include "evenkeel/decision/customer_state.h"
#include "evenkeel/decision/decision_ids.h"
#include "evenkeel/decision/definition.h"
#include "evenkeel/decision/proposer.h"
#include "evenkeel/features/feature_set.h"
#include "evenkeel/model/bad_input.h"
#include "evenkeel/model/decision.h"
#include "evenkeel/model/signal_payload.h"
#include "evenkeel/policy/condition_set.h"
#include "evenkeel/policy/contact_policy.h"
#include "evenkeel/policy/control.h"
#include "evenkeel/scoring/churn_model.h"

namespace evenkeel {

/// What comes of a request for approval: somebody answered, or its timer fired.
struct ApprovalStep {
  std::string approval_id;
  std::string point;  ///< That it comes from; empty where it is long closed.
  std::optional<Verdict> answer;
  std::optional<ReasonCode> no_effect;  ///< The answer changes nothing (any more): why.
};

/// A decision that is due.
struct DecisionRequest {
  std::uint32_t point = 0;  ///< Index into the catalogue's points; unused for an approval.
  Trigger trigger;
  std::uint32_t ordinal = 0;
  TimeMs now;
  std::shared_ptr<const ApprovalStep> approval;  ///< Null: nobody was asked before.
};

enum class ObservedKind : std::uint8_t {
  kApplied = 1,
  kRepeat = 2,     ///< Dropped: seen before.
  kBadInput = 3,   ///< Nothing was changed.
  kForgotten = 4,  ///< Everything is gone: the state is as new, and need not be kept.
};

/// What an input did to a customer.
struct Observed {
  ObservedKind kind = ObservedKind::kApplied;
  BadInput problem;              ///< For kBadInput.
  bool is_past_horizon = false;  ///< Applied, though nobody can tell whether it is a repeat.
  bool is_too_old = false;       ///< A decision point matched, and the signal was too old for it.
  std::int32_t contacts_unused = 0;  ///< Contacts of an account, which are not used yet.
  std::int32_t returned = 0;         ///< Reservations that found no receipt in time.
  Settlement settlement = Settlement::kUnchanged;  ///< Of a receipt.
  /// Requests that were open about who is forgotten now: nobody needs to answer.
  std::vector<ApprovalRequest> withdrawn;
  std::vector<DecisionRequest> requests;
};

/// A request with what it is decided from.
struct PendingDecision {
  CustomerState* state = nullptr;
  CustomerId customer;
  DecisionRequest request;
  std::vector<FeatureValue> values;
  ChurnScore churn;
};

/// A bundle, compiled: how signals change a customer's state, and how it is decided about them.
/// Everything is a function of its arguments.
///
/// The way to use it is a DecisionWave.
///
/// Thread-safety: immutable.
class DecisionCore {
 public:
  /// Opt-outs, receipts and verdicts may take a state so far beyond its limit.
  static constexpr std::int64_t kHeadroomBytes = 32 * 1024;

  /// kInvalidArgument with the first of CheckDefinition()'s problems.
  static Result<std::shared_ptr<const DecisionCore>> Create(CoreDefinition definition,
                                                            StateLimits limits);
  DecisionCore(const DecisionCore&) = delete;
  DecisionCore& operator=(const DecisionCore&) = delete;

  const CoreDefinition& definition() const { return definition_; }
  const FeatureSet& features() const { return features_; }
  /// The layout of new states.
  const Layout& layout() const { return features_.layout(); }

  CustomerState NewState() const;

  /// Brings a state of another bundle into this bundle's layout. Nothing to do where it is already.
  /// REQUIRES: `layouts` knows the state's layout.
  void Adopt(CustomerState& state, const LayoutSet& layouts, TimeMs now) const;

  /// Takes a signal in. `payload` is that of its family.
  /// REQUIRES: the state is in layout(), and not in a wave. `scratch` is anyone's.
  Observed Observe(CustomerState& state, const Signal& signal, const SignalPayload& payload,
                   TimeMs now, FeatureUpdate& scratch) const;

  /// A timer of the state is due: afterwards the state does not have it any more.
  /// REQUIRES: as for Observe().
  Observed OnTimer(CustomerState& state, std::string_view name, TimeMs due, TimeMs now) const;

  /// Fills in what a decision is made from. Models that score in batches do it here.
  void Score(PendingDecision& pending) const;

  /// Score(), and true if it is to be reported: the customer's first, or one that moved by more
  /// than the bundle's step since the last that was. The state remembers it.
  bool ScoreToReport(PendingDecision& pending) const;

  /// Decides, and reserves what the decision uses. REQUIRES: Score().
  Decision Arbitrate(PendingDecision& pending, const DecisionScope& scope,
                     const Control& control) const;

 private:
  friend class Arbiter;

  struct Action {
    ConditionSet eligible;
    ConditionSet applicable;
    ConditionSet suitable;
  };

  DecisionCore(CoreDefinition definition, StateLimits limits);

  BadInput CheckInput(const CustomerState& state, const Signal& signal,
                      const SignalPayload& payload, TimeMs now, FeatureUpdate& scratch) const;
  BadInput CheckSize(CustomerState& state, const Signal& signal, const SignalPayload& payload,
                     const FeatureUpdate& update) const;
  void Apply(CustomerState& state, const Signal& signal, const SignalPayload& payload, TimeMs now,
             Observed& observed) const;
  Observed ForgetAll(CustomerState& state, TimeMs now) const;
  void FollowAnswer(CustomerState& state, const Verdict& answer, TimeMs now,
                    Observed& observed) const;
  static void OnApprovalTimer(CustomerState& state, std::string_view name, TimeMs due, TimeMs now,
                              Observed& observed);
  void OpenPoints(CustomerState& state, const Signal& signal, TimeMs now, Observed& observed) const;
  void OpenDuePoints(CustomerState& state, std::string_view timer, TimeMs due, TimeMs now,
                     Observed& observed) const;
  void StartPeriods(CustomerState& state, const CustomerId& customer, TimeMs now) const;
  /// Asks for a decision at the point, now or when its minimum interval is over.
  void Ask(CustomerState& state, std::uint32_t point, Trigger trigger, TimeMs now,
           Observed& observed) const;

  CoreDefinition definition_;
  StateLimits limits_;
  FeatureSet features_;
  ChurnModel churn_;
  ContactPolicy contacts_;
  std::vector<Action> actions_;         // In the catalogue's order.
  std::vector<ConditionSet> segments_;  // In the catalogue's order.
};

}  // namespace evenkeel
