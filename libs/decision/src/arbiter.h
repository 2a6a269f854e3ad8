#pragma once

#include <cstdint>
#include <vector>

#include "evenkeel/decision/decision_core.h"
#include "evenkeel/policy/holdout.h"

namespace evenkeel {

/// Makes one decision: candidates of the proposers, what policy and value say of each, the best.
class Arbiter {
 public:
  /// All must outlive the arbiter.
  Arbiter(const DecisionCore& core, PendingDecision& pending, const DecisionScope& scope,
          const Control& control);

  Decision Decide();

 private:
  struct Option {
    Proposal proposal;
    std::string_view proposer;
    TimeMs send_by;
  };

  void Describe();
  void AddNoAction();
  void Propose();
  void Judge(const Option& option, const std::string& domain);
  void JudgePolicy(const ActionDefinition& action, const ContactRequest& request, Option& option,
                   Candidate& candidate);
  void JudgeConditions(const Proposal& proposal, Candidate& candidate);
  void JudgeValue(const ActionDefinition& action, const TreatmentDefinition& treatment,
                  Candidate& candidate);
  void Choose();
  DecisionVerdict VerdictOf(const Candidate& candidate, const ActionDefinition& action) const;
  void Plan(const Option& option);
  void Reserve(const Option& option, ContactState state);
  void LookAgain();

  const ActionDefinition& ActionOf(const Option& option) const;
  const TreatmentDefinition& TreatmentOf(const Option& option) const;
  ContactRequest RequestOf(const Option& option) const;

  const DecisionCore& core_;
  const CoreDefinition& definition_;
  PendingDecision& pending_;
  const DecisionScope& scope_;
  const Control& control_;
  const TimeMs now_;
  HoldoutDraw holdout_;
  std::vector<Option> options_;  // Of candidates 1, 2, ...: candidate 0 does nothing.
  Decision decision_;
};

}  // namespace evenkeel
