#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "evenkeel/decision/decision_core.h"
#include "evenkeel/policy/approval_policy.h"
#include "evenkeel/policy/holdout.h"

namespace evenkeel {

/// Makes one decision: candidates of the proposers, what policy and value say of each, the best.
class Arbiter {
 public:
  /// All must outlive the arbiter.
  Arbiter(const DecisionCore& core, PendingDecision& pending, const DecisionScope& scope,
          const Control& control);

  Decision Decide();

  /// What follows for a request for approval from an answer, or from its timer.
  Decision Follow(const ApprovalStep& step);

 private:
  struct Option {
    Proposal proposal;
    std::string_view proposer;
    TimeMs send_by;
  };

  void Describe(const std::string& point);
  void AddNoAction();
  void Propose();
  void Judge(const Option& option, const std::string& domain);
  void JudgePolicy(const ActionDefinition& action, const ContactRequest& request, Option& option,
                   Candidate& candidate);
  void JudgeConditions(const Proposal& proposal, Candidate& candidate);
  void JudgeValue(const ActionDefinition& action, const TreatmentDefinition& treatment,
                  Candidate& candidate);
  void Choose();
  DecisionVerdict VerdictOf(const Candidate& candidate, const ApprovalNeed& need) const;
  PlannedAction PlanFor(const Option& option) const;
  void Reserve(const Option& option, ContactState state);
  void LookAgain();

  // Approvals: arbiter_approvals.cc.
  ApprovalNeed NeedFor(const Candidate& candidate, const ActionDefinition& action) const;
  /// What requests that are open, or were, say against a candidate.
  void JudgeRequests(const ActionDefinition& action, Candidate& candidate) const;
  void JudgeRoom(const ActionDefinition& action, Candidate& candidate) const;
  /// The planned action may go out as late as its answer may come, and a send window later.
  void Widen(const Option& option);
  void AskFor();
  /// The action as it was approved; nothing where the bundle has it no more, or another way.
  std::optional<Option> ApprovedOption();
  void CheckRelease();
  void JudgeRelease(const ActionDefinition& action, Candidate& candidate) const;
  /// Doing nothing loses against what a person wants.
  void ChooseApproved(Candidate& candidate);
  void Release(Candidate& candidate);
  void Hold(Candidate& candidate, TimeMs until);
  void End(ApprovalState state, DecisionVerdict verdict, std::vector<Reason> reasons);
  void Answered(ApprovalRequest& request) const;
  void MoveContact(TimeMs from, TimeMs by);

  /// A release does not count its own reservation.
  bool is_release() const { return ledger_.has_value(); }
  ContactLedger& ledger() { return ledger_ ? *ledger_ : pending_.state->ledger; }
  const ContactLedger& ledger() const { return ledger_ ? *ledger_ : pending_.state->ledger; }

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
  std::vector<Option> options_;          // Of candidates 1, 2, ...: candidate 0 does nothing.
  std::optional<ContactLedger> ledger_;  // For a release: without its own contact.
  PendingApproval* request_ = nullptr;   // The one that is followed.
  Decision decision_;
};

}  // namespace evenkeel
