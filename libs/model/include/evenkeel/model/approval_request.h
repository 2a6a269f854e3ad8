#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "evenkeel/base/hash.h"
#include "evenkeel/model/action.h"
#include "evenkeel/model/environment.h"
#include "evenkeel/model/money.h"

namespace evenkeel {

enum class ApprovalState : std::uint8_t {
  kOpen = 1,
  kWithdrawn = 2,
  kExpired = 3,
  kReleased = 4,
  kRejected = 5,
  kNotReleased = 6,  ///< Approved, but the check at release failed.
  kHeld = 7,         ///< Approved; waits for the hours in which it may go out.
};

/// A request to a person: may this exact action go out?
struct ApprovalRequest {
  std::string approval_id;  ///< 32 hexadecimal digits.
  ApprovalState state = ApprovalState::kOpen;
  CustomerId customer;
  std::string decision_id;
  std::string action_id;
  std::string action;            ///< An ApprovedAction without approver, as bytes.
  Sha256Digest action_digest{};  ///< Of `action`: what the verdict binds to.
  std::string policy_revision;
  Money amount;  ///< Face value over the full term; without currency: no money.
  RiskClass risk_class = RiskClass::kLow;
  std::string proposer;
  std::vector<std::string> reasons;
  std::string required_role;
  TimeMs requested;
  TimeMs expires;
  std::int64_t expected_value_micro = 0;
  Environment environment = Environment::kSandbox;
  std::string closed_reason;
  bool is_simulated = false;
  std::string verdict_id;  ///< The one that counts; empty where nobody answered, like `approver`.
  std::string approver;
  TimeMs changed;                    ///< Since when it is in `state`.
  std::optional<TimeMs> held_until;  ///< For kHeld.

  friend bool operator==(const ApprovalRequest&, const ApprovalRequest&) = default;
};

}  // namespace evenkeel
