#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "evenkeel/decision/catalogue.h"
#include "evenkeel/features/feature_set.h"
#include "evenkeel/model/churn_score.h"
#include "evenkeel/model/expected_value.h"

namespace evenkeel {

/// What one unit of survival (a customer who stays for certain instead of leaving for certain) is
/// worth, in micro-units of the currency:
///
///   V = sum over t = 1..H of  m d^t t/H                  the margin within the horizon: the effect
///     + sum over k = 1..N of  m d^(H+k) (s q)^k          grows evenly; and after it
///
/// m margin of a period, d = 1 - discount, s = 1 - the customer's own hazard of a period, q what is
/// left of the effect after each period, H periods of the horizon, N `periods_after`.
std::int64_t SurvivalValueMicro(const ValueDefinition& value, std::int64_t margin_micro,
                                const ChurnScore& churn);

/// The margin of one period of this customer, in micro-units.
std::int64_t MarginMicro(const ValueDefinition& value, const FeatureSet& features,
                         std::span<const FeatureValue> values);

/// An uplift bounded by what there is: no more can be saved than would leave for the cause it acts
/// on, nor lost than would stay.
std::int64_t BoundedUpliftPpb(std::int64_t uplift_ppb, ChurnCause cause, const ChurnScore& churn);

/// What an action changes in the chance of each outcome, in billionths; nothing where nobody said.
struct OutcomeChanges {
  std::optional<std::int64_t> survival_ppb;  ///< Bounded.
  std::optional<std::int64_t> resolution_ppb;
  std::optional<std::int64_t> complaint_ppb;
};

/// What an action that makes these changes is worth against doing nothing, with `value_micro` from
/// SurvivalValueMicro(). Incentives are also paid to those who stay anyway. An outcome without a
/// change, or without a value, is not modelled.
EvParts ExpectedValue(const ActionDefinition& action, const TreatmentDefinition& treatment,
                      const ValueDefinition& value, const ChurnScore& churn,
                      std::int64_t value_micro, const OutcomeChanges& changes);

}  // namespace evenkeel
