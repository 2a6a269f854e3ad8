#pragma once

#include <string>
#include <string_view>

#include "evenkeel/base/result.h"
#include "evenkeel/codec/encoded_record.h"
#include "evenkeel/model/decision.h"
#include "evenkeel/model/decision_record.h"

namespace evenkeel {

/// The payload of a decision's record: its one canonical form. Equal decisions give equal bytes.
std::string EncodeDecision(const Decision& decision, const DecisionOrigin& origin);

struct DecodedDecision {
  Decision decision;
  DecisionOrigin origin;
};

/// Reads what EncodeDecision() wrote, so that encoding it again gives the same bytes.
/// Errors: kDataLoss for bytes that are no decision; kFailedPrecondition for one of a later format,
/// or with parts that this version does not know.
Result<DecodedDecision> DecodeDecision(std::string_view payload);

/// The value of a decision's record: what the chain hashes. Equal envelopes give equal bytes.
std::string EncodeDecisionEnvelope(const DecisionEnvelope& envelope);

/// Errors: as DecodeDecision(); kDataLoss where payload and digest do not fit.
Result<DecisionEnvelope> DecodeDecisionEnvelope(std::string_view value);

/// The record of `envelope` for the topic of decisions, as CloudEvents in binary mode.
EncodedRecord DecisionRecordOf(const Decision& decision, const DecisionEnvelope& envelope);

}  // namespace evenkeel
