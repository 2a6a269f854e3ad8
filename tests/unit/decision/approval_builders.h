#pragma once

#include <string>

#include "decision_builders.h"

namespace evenkeel::testing {

/// The business of MakeDefinition() with one more action: a credit of 2 x 1 EUR, worth more than
/// the nudge, that nobody gets without a person's yes within a day. Quiet from 20:00 to 08:00 UTC.
inline CoreDefinition MakeAskingDefinition() {
  CoreDefinition definition = MakeDefinition();
  ActionDefinition credit = MakeAction("credit", 12 * kPointPpb);
  credit.incentive = {.amount_micro = kEuroMicro, .take_up_ppm = 50'000, .payments = 2};
  definition.catalogue.actions.push_back(std::move(credit));
  definition.policy.quiet_hours = {
      {.name = "night", .channels = {}, .span = {.from_minute = 20 * 60, .to_minute = 8 * 60}}};
  definition.policy.caps = {
      {.name = "week", .channels = {}, .purposes = {}, .contacts_max = 2, .window_ms = 7 * kDayMs}};
  return definition;
}

/// Customers of it, and people who answer.
class AskingWorld : public World {
 public:
  explicit AskingWorld(CoreDefinition definition = MakeAskingDefinition())
      : World(std::move(definition)) {}

  /// Ada's payment fails at `now`, and somebody is asked.
  ApprovalRequest AskAt(TimeMs now) {
    Consent(now);
    const Decision decision = FailPayment(now);
    EVENKEEL_CHECK(decision.verdict == DecisionVerdict::kAskApproval && decision.request);
    return *decision.request;
  }

  /// A yes that fits, under a new id, by who may give it.
  static Verdict Yes(const ApprovalRequest& request) {
    static int next_id = 0;
    Verdict verdict;
    verdict.verdict_id = "verdict-" + std::to_string(++next_id);
    verdict.approval_id = request.approval_id;
    verdict.action_id = request.action_id;
    verdict.action_digest = request.action_digest;
    verdict.kind = VerdictKind::kApproved;
    verdict.approver = "ann";
    verdict.approver_role = "approver";
    verdict.comment = "seems right";
    return verdict;
  }
  static Verdict No(const ApprovalRequest& request) {
    Verdict verdict = Yes(request);
    verdict.kind = VerdictKind::kRejected;
    return verdict;
  }

  Observed Answer(Verdict verdict, TimeMs now) {
    verdict.decided = now;
    Signal signal = MakeSignal("verdict", now);
    signal.family = SignalFamily::kVerdict;
    signal.content_hash = SipHash64({}, verdict.verdict_id + verdict.approver + verdict.comment);
    const Observed observed = Feed(signal, now, verdict);
    wave.Close();
    return observed;
  }

  /// Uses this bundle, of the same features, from now on, with `control`.
  void Use(CoreDefinition definition, Control control = {}) {
    wave.Close();
    const std::shared_ptr<const DecisionCore> before = core;  // Until the wave has let it go.
    core = DecisionCore::Create(std::move(definition), {}).value();
    wave.Use(*core, std::move(control));
  }
  void Use(Control control) { wave.Use(*core, std::move(control)); }
};

inline const ContactEntry& FirstContact(AskingWorld& world) {
  return world.StateOf().ledger.entries().at(0);
}

/// The codes of a decision's verdict, in one line.
inline std::string ReasonsOf(const Decision& decision) {
  std::string codes;
  for (const Reason& reason : decision.verdict_reasons) {
    codes += (codes.empty() ? "" : " ") + std::string(ReasonCodeName(reason.code));
  }
  return codes;
}

}  // namespace evenkeel::testing
