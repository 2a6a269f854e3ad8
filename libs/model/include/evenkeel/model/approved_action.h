#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "evenkeel/base/hash.h"
#include "evenkeel/model/action.h"
#include "evenkeel/model/environment.h"

namespace evenkeel {

/// How an action came to be approved.
enum class ApprovalBasis : std::uint8_t {
  kAutonomy = 1,    ///< The autonomy level allows it.
  kPerson = 2,      ///< A person approved it.
  kObligation = 3,  ///< Follows from a step that the customer accepted.
};

/// What an executor is to do, once, with all it needs to refuse it.
struct ApprovedAction {
  PlannedAction planned;
  Sha256Digest decision_digest{};  ///< Of the decision's record.
  std::string deployment;
  Environment environment = Environment::kSandbox;
  bool is_simulated = false;  ///< Made under an event clock.
  std::uint64_t task_epoch = 0;
  Currency currency;  ///< Of the incentive.
  TimeMs issued;
  TimeMs expires;  ///< Never carried out at or after this time.
  ApprovalBasis basis = ApprovalBasis::kAutonomy;
  AutonomyLevel level = AutonomyLevel::kL1;
  std::string approval_id;  ///< Empty unless a person approved it, like `approver`.
  std::string approver;
  std::string policy_revision;
  Sha256Digest bundle_digest{};
  std::string cause;  ///< The feature that speaks most for it: for the person who does it.

  friend bool operator==(const ApprovedAction&, const ApprovedAction&) = default;
};

/// An approved action as bytes, and who vouches for them.
struct SignedAction {
  std::string payload;
  std::string key_id;  ///< Empty: not signed.
  std::array<std::uint8_t, 64> signature{};

  friend bool operator==(const SignedAction&, const SignedAction&) = default;
};

}  // namespace evenkeel
