#pragma once

#include <string>
#include <utility>
#include <vector>

#include "signal_samples.h"

#include "evenkeel/model/signal_payload.h"

namespace evenkeel::testing {

inline ProfileUpdate FullProfile() {
  ProfileUpdate update;
  update.kind = CustomerKind::kAccount;
  const Consent consent{
      .purpose = "marketing",
      .channel = "email",
      .state = ConsentState::kGranted,
      .since = TimeMs{kSampleTime.value - 5},
      .expires = TimeMs{kSampleTime.value + 5},
      .proof = {.method = "double_opt_in", .reference = "r", .text_version = "3"}};
  update.contacts = {{.id = "k1", .role = "buyer", .channels = {"email"}, .consents = {consent}}};
  update.consents = {consent};
  update.preferences = {.channels = std::vector<std::string>{},
                        .contacts_max_per_30_days = 0,
                        .pause_until = kSampleTime,
                        .is_human_only = false,
                        .language = "de"};
  update.time_zone = "Europe/Berlin";
  update.jurisdiction = "DE";
  update.segment = "gold";
  update.is_vulnerable = true;
  update.attributes = {{"age", std::int64_t{44}}, {"city", std::string("Ulm")}, {"share", 0.25}};
  update.cleared = {"old"};
  return update;
}

inline Receipt SampleReceipt() {
  Sha256Digest digest{};
  digest.fill(7);
  return {.action_id = std::string(32, 'a'),
          .decision_id = std::string(32, 'd'),
          .status = ReceiptStatus::kFailed,
          .occurred = kSampleTime,
          .executor = "webhook",
          .target_reference = "t",
          .reason = "http_410",
          .detail = "gone",
          .person = "",
          .attempt_count = 3,
          .cost = Money{.units = 1, .scale = 2, .currency = {{'U', 'S', 'D'}}},
          .action_digest = digest};
}

inline Verdict SampleVerdict() {
  Sha256Digest digest{};
  digest.fill(7);
  return {.verdict_id = "v",
          .approval_id = std::string(32, 'b'),
          .action_id = std::string(32, 'a'),
          .action_digest = digest,
          .kind = VerdictKind::kApproved,
          .approver = "ann",
          .approver_role = "risk",
          .comment = "fine",
          .policy_revision = "7",
          .decided = kSampleTime};
}

inline Outcome SampleOutcome() {
  return {.kind = OutcomeKind::kChurned,
          .name = "",
          .decision_id = std::string(32, 'd'),
          .action_id = "",
          .is_voluntary = true,
          .value = {},
          .observed_until = kSampleTime};
}

/// One of each, with the type of signal that carries it. (A tick has no customer: not here.)
inline std::vector<std::pair<std::string, SignalPayload>> SamplePayloads() {
  return {{"profile.updated", FullProfile()},
          {"receipt", SampleReceipt()},
          {"verdict", SampleVerdict()},
          {"outcome", SampleOutcome()},
          {"forget", Forget{.request_id = "r", .reason = "erasure_request"}}};
}

}  // namespace evenkeel::testing
