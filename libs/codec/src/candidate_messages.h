#pragma once

// Candidates, scores and planned actions <-> messages. Private to codec.

#include "evenkeel/base/result.h"
#include "evenkeel/model/decision.h"
#include "evenkeel/v1/candidates.pb.h"
#include "evenkeel/v1/decisions.pb.h"

namespace evenkeel::internal {

void ToMessage(const Candidate& candidate, v1::Candidate& message);
Result<Candidate> FromMessage(const v1::Candidate& message);

void ToMessage(const ChurnScore& score, v1::ChurnScore& message);
Result<ChurnScore> FromMessage(const v1::ChurnScore& message);

void ToMessage(const UsedFeature& feature, v1::FeatureValue& message);
UsedFeature FromMessage(const v1::FeatureValue& message);

/// `action` without its decision and customer, which the record names.
void ToMessage(const PlannedAction& action, v1::PlannedAction& message);
Result<PlannedAction> FromMessage(const v1::PlannedAction& message);

}  // namespace evenkeel::internal
