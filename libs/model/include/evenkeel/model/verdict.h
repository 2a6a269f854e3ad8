#pragma once

#include <cstdint>
#include <string>

#include "evenkeel/base/hash.h"
#include "evenkeel/base/time.h"

namespace evenkeel {

enum class VerdictKind : std::uint8_t { kApproved = 1, kRejected = 2 };

/// A person's answer to a request for approval. It binds to one action, byte for byte.
struct Verdict {
  std::string verdict_id;        ///< Chosen by who sends it: the same id is the same answer.
  std::string approval_id;       ///< 32 hexadecimal digits.
  std::string action_id;         ///< 32 hexadecimal digits.
  Sha256Digest action_digest{};  ///< Of the payload the person saw.
  VerdictKind kind = VerdictKind::kRejected;
  std::string approver;  ///< From the credential, never from the request.
  std::string approver_role;
  std::string comment;
  std::string policy_revision;  ///< What the person was shown as the policy in force.
  TimeMs decided;

  friend bool operator==(const Verdict&, const Verdict&) = default;
};

}  // namespace evenkeel
