#pragma once

#include <string>
#include <string_view>

#include "evenkeel/audit/signing.h"
#include "evenkeel/base/hash.h"
#include "evenkeel/base/result.h"
#include "evenkeel/model/approved_action.h"

namespace evenkeel {

/// An approved action as an executor sees it.
struct ReceivedAction {
  ApprovedAction action;
  std::string payload;    ///< Its stored bytes,
  Sha256Digest digest{};  ///< and their SHA-256.
};

/// Whose actions are carried out.
struct ActionTrust {
  VerifyingKeys keys;
  bool is_unsigned_allowed = false;
};

/// Reads a value of actions.<channel>.v1; the signature over the stored bytes is checked before
/// anything else is believed.
/// Errors: kPermissionDenied (signature), else what makes it no action.
Result<ReceivedAction> ReadAction(std::string_view value, const ActionTrust& trust);

/// The same from the payload in a claim, which was checked when the claim was made.
Result<ReceivedAction> ReadPayload(std::string payload);

/// What the target is sent: {"type", "timestamp", "data"}, the same on every try.
Result<std::string> BodyOf(const ReceivedAction& action);

}  // namespace evenkeel
