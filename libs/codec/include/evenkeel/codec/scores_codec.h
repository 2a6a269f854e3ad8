#pragma once

#include <string>
#include <string_view>

#include "evenkeel/base/result.h"
#include "evenkeel/codec/encoded_record.h"
#include "evenkeel/model/churn_score.h"
#include "evenkeel/model/customer_scores.h"

namespace evenkeel {

namespace v1 {
class ChurnScore;
class FeatureValue;
}  // namespace v1

/// The value of a record of scores. Equal scores give equal bytes.
std::string EncodeCustomerScores(const CustomerScores& scores);

/// Errors: kDataLoss for bytes that are no scores; kFailedPrecondition for those of a later format.
Result<CustomerScores> DecodeCustomerScores(std::string_view value);

/// The record for the topic of scores, as CloudEvents in binary mode.
EncodedRecord ScoresRecordOf(const CustomerScores& scores, std::string_view deployment);

// For answers to queries, which are messages.
void ToMessage(const ChurnScore& score, v1::ChurnScore& message);
void ToMessage(const UsedFeature& feature, v1::FeatureValue& message);

}  // namespace evenkeel
