#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "evenkeel/model/action.h"
#include "evenkeel/model/decimal.h"

namespace evenkeel {

enum class TermShape : std::uint8_t {
  kLinear = 1,   ///< weight * (clamp(x) - centre) / per
  kLog1p = 2,    ///< weight * ln(1 + max(0, clamp(x) - centre) / per)
  kBins = 3,     ///< The weight of the bin that x falls into.
  kSymbols = 4,  ///< The weight of the symbol.
};

/// The weight from `from` up to the next bin's.
struct CardBin {
  Decimal from;
  std::int64_t weight_micro = 0;
};

struct CardSymbol {
  std::string value;
  std::int64_t weight_micro = 0;
};

/// What one feature adds to the log-odds (or log-hazard), in millionths. Decimals are in the
/// feature's unit; `time_since` counts milliseconds.
struct CardTerm {
  std::string feature;
  TermShape shape = TermShape::kLinear;
  std::int64_t weight_micro = 0;  ///< kLinear, kLog1p.
  Decimal centre;
  Decimal per{1, 0};  ///< Above zero.
  bool has_min = false;
  bool has_max = false;
  Decimal min;
  Decimal max;
  std::vector<CardBin> bins;        ///< Ascending. Below the first: `otherwise_micro`.
  std::vector<CardSymbol> symbols;  ///< Other symbols: `otherwise_micro`.
  std::int64_t otherwise_micro = 0;
  std::int64_t missing_micro = 0;  ///< Where the customer has no such feature yet.
};

enum class HazardLink : std::uint8_t {
  kLogit = 1,    ///< hazard = 1 / (1 + e^-x)
  kCloglog = 2,  ///< hazard = 1 - e^(-e^x)
};

/// The chance to leave for one cause within one period, given that the customer is still there.
struct HazardCard {
  ChurnCause cause = ChurnCause::kVoluntary;
  HazardLink link = HazardLink::kLogit;
  std::int64_t intercept_micro = 0;
  std::vector<CardTerm> terms;
};

/// A feature's value in a golden row. A feature that is not listed is missing.
struct GoldenInput {
  std::string feature;
  Decimal number;
  std::string symbol;  ///< For symbol features, instead of the number.
};

/// An example with its answer, computed elsewhere: a bundle whose card disagrees is refused.
struct GoldenRow {
  std::string name;
  std::vector<GoldenInput> inputs;
  std::int64_t churn_ppb = 0;  ///< P(churn over the horizon), in billionths.
  std::int64_t tolerance_ppb = 1000;
};

/// A churn model in discrete time: every `period_ms` the customer leaves with the chances of its
/// hazards. One or two hazards, of different causes.
struct Scorecard {
  std::string name;
  std::string version;
  std::int64_t period_ms = 30LL * 24 * 3600 * 1000;
  std::int32_t horizon_periods = 3;  ///< 1 to 60.
  std::vector<HazardCard> hazards;
  std::vector<GoldenRow> golden;  ///< At least one.
};

}  // namespace evenkeel
