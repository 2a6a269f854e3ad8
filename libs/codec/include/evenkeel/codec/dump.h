#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "evenkeel/base/result.h"

namespace evenkeel {

/// What the values of a topic are.
enum class TopicKind : std::uint8_t {
  kSignal = 1,  ///< Also outcomes, receipts, verdicts and ticks: told by ce_type.
  kScores = 2,
  kDecision = 3,
  kAction = 4,
  kApprovalRequest = 5,
  kEscalation = 6,
  kCommitRecord = 7,
  kBundleChunk = 8,
  kActiveBundle = 9,
  kControl = 10,
  kContext = 11,
  kBudgetRequest = 12,
  kBudgetGrant = 13,
};

/// A value as JSON text on one line, with the field names of the contract and whole numbers as JSON
/// has them (64 bits as strings). Payloads inside (a decision's record, an action) come decoded, as
/// the field "decoded". `ce_type` matters for signals only.
///
/// Errors: kInvalidArgument for an unknown type of signal, kDataLoss for bytes that are something
/// else.
Result<std::string> DumpValue(TopicKind kind, std::string_view ce_type, std::string_view value);

}  // namespace evenkeel
