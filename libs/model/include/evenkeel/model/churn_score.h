#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "evenkeel/model/action.h"

namespace evenkeel {

/// What one feature added to a hazard's log-odds (or log-hazard), in millionths.
struct Contribution {
  std::string feature;
  std::int64_t micro = 0;

  friend bool operator==(const Contribution&, const Contribution&) = default;
};

/// One cause's hazard. `linear_micro` = `intercept_micro` + the contributions, exactly.
struct HazardScore {
  ChurnCause cause = ChurnCause::kVoluntary;
  std::int64_t intercept_micro = 0;
  std::int64_t linear_micro = 0;
  std::int64_t hazard_ppb = 0;              ///< Chance to leave within one period, in billionths.
  std::int64_t churn_ppb = 0;               ///< Chance to leave for this cause within the horizon.
  std::vector<Contribution> contributions;  ///< In the card's order.

  friend bool operator==(const HazardScore&, const HazardScore&) = default;
};

/// How likely a customer is to leave within the horizon.
struct ChurnScore {
  std::string card;
  std::string card_version;
  std::int64_t period_ms = 0;
  std::int32_t horizon_periods = 0;
  std::int64_t churn_ppb = 0;  ///< The sum over the causes.
  std::vector<HazardScore> hazards;

  friend bool operator==(const ChurnScore&, const ChurnScore&) = default;
};

/// A feature as a decision saw it: units of 10^-`scale`, or a symbol, or nothing yet.
struct UsedFeature {
  std::string name;
  bool is_missing = true;
  std::int64_t number = 0;
  std::uint8_t scale = 0;
  std::string symbol;

  friend bool operator==(const UsedFeature&, const UsedFeature&) = default;
};

}  // namespace evenkeel
