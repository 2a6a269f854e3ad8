#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace evenkeel {

/// Why the decision core cannot use an input: the dead letter's reason code.
enum class BadInputCode : std::uint8_t {
  kNone = 0,
  kSumOverflow = 1,       ///< A sum would no longer fit into 64 bits.
  kWrongType = 2,         ///< A field that a feature counts with is no number.
  kWrongCurrency = 3,     ///< Money in another currency than the feature's.
  kInexactAmount = 4,     ///< An amount finer than the feature's scale, or too large for it.
  kIdReused = 5,          ///< The same source and id as an earlier signal, with other content.
  kStateTooLarge = 6,     ///< The customer's state would pass its limit.
  kMalformed = 7,         ///< A receipt without a valid action id, a profile beyond its limits, ...
  kUnknownApproval = 8,   ///< A verdict on no request that is known.
  kApprovalMismatch = 9,  ///< A verdict on another action than the one that was asked about.
  kOwnProposal = 10,      ///< A verdict by who proposed the action.
  kRoleNotAllowed = 11,   ///< A verdict in a role that may not give it.
};

/// The code's name in lower case: "sum_overflow".
std::string_view BadInputCodeName(BadInputCode code);

/// Nothing, or what is wrong with an input. The message names the field and its value's trouble,
/// never the customer.
struct BadInput {
  BadInputCode code = BadInputCode::kNone;
  std::string message;

  bool ok() const { return code == BadInputCode::kNone; }
};

}  // namespace evenkeel
