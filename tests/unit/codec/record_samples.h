#pragma once

#include <string>

#include "signal_samples.h"

#include "evenkeel/model/approval_request.h"
#include "evenkeel/model/approved_action.h"
#include "evenkeel/model/commit_record.h"
#include "evenkeel/model/decision_record.h"
#include "evenkeel/model/global_entry.h"

namespace evenkeel::testing {

inline Sha256Digest DigestOf(std::uint8_t byte) {
  Sha256Digest digest{};
  digest.fill(byte);
  return digest;
}

inline PlannedAction SamplePlannedAction() {
  PlannedAction action;
  action.action_id = std::string(32, 'a');
  action.decision_id = std::string(32, 'd');
  action.customer = CustomerId("customer-1");
  action.action = "loyalty_credit";
  action.domain = "retention";
  action.proposer = "retention/1";
  action.treatment = "credit_10";
  action.template_name = "credit.txt";
  action.channel = "email";
  action.purpose = "marketing";
  action.contact_class = ContactClass::kRemedial;
  action.risk_class = RiskClass::kMedium;
  action.is_reversible = false;
  action.send_from = kSampleTime;
  action.send_by = TimeMs{kSampleTime.value + 3'600'000};
  action.incentive_micro = 5'000'000;
  action.incentive_payments = 3;
  action.parameters = {{"subject", "Hello"}, {"amount", "5"}};
  return action;
}

inline Candidate SampleCandidate() {
  Candidate candidate;
  candidate.action = "loyalty_credit";
  candidate.domain = "retention";
  candidate.proposer = "retention/1";
  candidate.treatment = "credit_10";
  candidate.channel = "email";
  candidate.cause = "payment_failures_30d";
  candidate.level = AutonomyLevel::kL2;
  candidate.send_from = kSampleTime;
  candidate.send_by = TimeMs{kSampleTime.value + 1};
  candidate.uplift = UsedUplift{.basis = UpliftBasis::kAssumed,
                                .segment = "gold",
                                .mean_ppb = 20'000'000,
                                .low_ppb = -1'000'000,
                                .high_ppb = 40'000'000,
                                .used_ppb = 19'000'000};
  candidate.ev.survival = {.is_modelled = true, .micro = 7'000'000};
  candidate.ev.incentive = {.is_modelled = true, .micro = -2'000'000};
  candidate.ev.contact = {.is_modelled = true, .micro = 0};
  candidate.ev_micro = 5'000'000;
  candidate.ev_low_micro = -1;
  candidate.ev_high_micro = 9'000'000;
  candidate.reasons = {{ReasonCode::kCap, "weekly"}, {ReasonCode::kLowerValue, ""}};
  candidate.next_eligible = TimeMs{kSampleTime.value + 5};
  candidate.selection_ppb = 1'000'000'000;
  return candidate;
}

inline Decision SampleDecision() {
  Decision decision;
  decision.decision_id = std::string(32, 'd');
  decision.customer = CustomerId("customer-1");
  decision.point = "payment_failed";
  decision.trigger = {
      .kind = TriggerKind::kSignal, .source = "/billing", .id = "e-1", .time = kSampleTime};
  decision.ordinal = 1;
  decision.decided = TimeMs{kSampleTime.value + 2};
  decision.seed = 0xFFFFFFFFFFFFFFFFU;
  decision.bundle = "demo";
  decision.bundle_version = "3";
  decision.bundle_digest = DigestOf(9);
  decision.policy_version = "p7";
  decision.catalogue_version = "c2";
  decision.context_revision = 12;
  decision.currency = {{'E', 'U', 'R'}};
  decision.arm = Arm::kHoldout;
  decision.holdout_epoch = 0;
  decision.time_zone = "Europe/Berlin";
  decision.time_zone_version = "2026b";
  decision.segment = "gold";
  decision.features = {{.name = "a", .is_missing = true},
                       {.name = "b", .is_missing = false, .number = 0, .scale = 2},
                       {.name = "c", .is_missing = false, .symbol = "pro"}};
  decision.churn = {.card = "churn",
                    .card_version = "1",
                    .period_ms = 86'400'000,
                    .horizon_periods = 90,
                    .churn_ppb = 123'456'789,
                    .hazards = {{.cause = ChurnCause::kVoluntary,
                                 .intercept_micro = -3'550'000,
                                 .linear_micro = -3'000'000,
                                 .hazard_ppb = 1'000,
                                 .churn_ppb = 90'000,
                                 .contributions = {{"a", 0}, {"b", 550'000}}}}};
  decision.value_micro = 350'000'000;
  Candidate nothing;
  nothing.action = std::string(kNoActionName);
  decision.candidates = {nothing, SampleCandidate()};
  decision.chosen = 1;
  decision.verdict = DecisionVerdict::kWithheld;
  decision.action = SamplePlannedAction();
  decision.next_look = TimeMs{kSampleTime.value + 9};
  return decision;
}

/// A decision that an approver led to.
inline Decision SampleRelease() {
  Decision decision = SampleDecision();
  decision.trigger = {
      .kind = TriggerKind::kVerdict, .source = std::string(32, 'f'), .id = "verdict-1", .time = {}};
  decision.verdict = DecisionVerdict::kReleased;
  decision.verdict_reasons = {{ReasonCode::kApproved, ""}};
  decision.approval_id = std::string(32, 'f');
  decision.answer = Verdict{.verdict_id = "verdict-1",
                            .approval_id = decision.approval_id,
                            .action_id = decision.action->action_id,
                            .action_digest = DigestOf(3),
                            .kind = VerdictKind::kApproved,
                            .approver = "ann",
                            .approver_role = "approver",
                            .comment = "fine",
                            .policy_revision = "p7",
                            .decided = kSampleTime};
  return decision;
}

inline DecisionOrigin SampleOrigin() {
  return {.deployment = "evenkeel.",
          .environment = Environment::kUat,
          .task_epoch = 2,
          .is_simulated = true,
          .program = "0.1.0"};
}

inline DecisionEnvelope SampleEnvelope(std::string payload) {
  return {.deployment = "evenkeel.",
          .environment = Environment::kUat,
          .task = 5,
          .task_epoch = 2,
          .sequence = 77,
          .previous = DigestOf(4),
          .transaction_sequence = 9,
          .trigger_position =
              RecordPosition{.topic = "evenkeel.signals.billing.v1", .partition = 5, .offset = 0},
          .payload = std::move(payload)};
}

inline ApprovedAction SampleApprovedAction() {
  return {.planned = SamplePlannedAction(),
          .decision_digest = DigestOf(1),
          .deployment = "evenkeel.",
          .environment = Environment::kSandbox,
          .is_simulated = true,
          .task_epoch = 2,
          .currency = {{'E', 'U', 'R'}},
          .issued = kSampleTime,
          .expires = TimeMs{kSampleTime.value + 7},
          .basis = ApprovalBasis::kPerson,
          .level = AutonomyLevel::kL0,
          .approval_id = std::string(32, 'b'),
          .approver = "ann",
          .policy_revision = "p7",
          .bundle_digest = DigestOf(2)};
}

inline ApprovalRequest SampleApprovalRequest(std::string action) {
  ApprovalRequest request;
  request.approval_id = std::string(32, 'b');
  request.state = ApprovalState::kExpired;
  request.customer = CustomerId("customer-1");
  request.decision_id = std::string(32, 'd');
  request.action_id = std::string(32, 'a');
  request.action_digest = Sha256(action);
  request.action = std::move(action);
  request.policy_revision = "p7";
  request.amount = {.units = 1500, .scale = 2, .currency = {{'E', 'U', 'R'}}};
  request.risk_class = RiskClass::kHigh;
  request.proposer = "retention/1";
  request.reasons = {"money_above_threshold"};
  request.required_role = "risk";
  request.requested = kSampleTime;
  request.expires = TimeMs{kSampleTime.value + 7};
  request.expected_value_micro = -5;
  request.environment = Environment::kProd;
  request.closed_reason = "expired";
  request.is_simulated = true;
  return request;
}

inline ApprovalRequest SampleHeldRequest(std::string action) {
  ApprovalRequest request = SampleApprovalRequest(std::move(action));
  request.state = ApprovalState::kHeld;
  request.verdict_id = "verdict-1";
  request.approver = "ann";
  request.changed = TimeMs{kSampleTime.value + 1};
  request.held_until = TimeMs{kSampleTime.value + 3};
  return request;
}

inline CommitRecord SampleCommitRecord() {
  CommitRecord record;
  record.deployment = "evenkeel.";
  record.cluster_id = "cluster";
  record.changelog_topic = "evenkeel.decider.changelog.v1";
  record.row = 3;
  record.row_count = 8;
  record.task_epoch = 1;
  record.app_version = "0.1.0";
  record.sequence = 42;
  record.inputs = {{"receipts.v1", 0}, {"signals.usage.v1", 1000}};
  record.as_of = kSampleTime;
  record.chain_sequence = 17;
  record.chain_head = std::string("\0\x01\xFF", 3);
  record.digest = std::string(32, '\x05');
  record.records_in = 10;
  record.records_out = 2;
  record.dead_letters = 1;
  record.states_written = 4;
  record.states_deleted = 1;
  SliceRecord slice;
  slice.as_of = kSampleTime;
  slice.ends = {{"signals.usage.v1", 1000}};
  slice.timers_fired = 2;
  slice.timer_cursor =
      TimerPosition{.due = kSampleTime, .key = std::string("k\0", 2), .name = "look"};
  slice.globals = {{"bundles.v1", 3}, {"control.v1", 0}};
  slice.local_events = {std::string("\xFF\0", 2), ""};
  record.slices = {slice, SliceRecord{}};
  record.accepted_gaps = {{.topic = "signals.usage.v1", .from = 5, .to = 9, .accepted_by = "ann"}};
  return record;
}

inline BundleChunk SampleBundleChunk() {
  return {.name = "demo",
          .digest = DigestOf(6),
          .index = 1,
          .chunk_count = 2,
          .total_bytes = 524'291,
          .content = std::string("x\0y", 3)};
}

inline ActiveBundle SampleActiveBundle() {
  ActiveBundle active;
  active.name = "demo";
  active.digest = DigestOf(6);
  active.revision = 3;
  active.activated = kSampleTime;
  active.activated_by = "ann";
  active.key_id = "0123456789abcdef";
  active.signature.fill(8);
  return active;
}

inline ControlEntry SampleControlEntry() {
  return {.set_by = "ann",
          .set = kSampleTime,
          .reason = "too many complaints",
          .entry = KillSwitchSetting{.scope = "action:loyalty_credit", .is_engaged = true}};
}

}  // namespace evenkeel::testing
