#pragma once

#include <cstdint>

namespace evenkeel {

/// One part of an expected value, in millionths of the bundle's currency. Costs are below zero.
struct EvPart {
  bool is_modelled = false;
  std::int64_t micro = 0;  ///< 0 where not modelled.

  friend bool operator==(const EvPart&, const EvPart&) = default;
};

/// What an action is worth compared with doing nothing, over one horizon. The total is the sum of
/// the parts, exactly.
struct EvParts {
  EvPart survival;    ///< Change of the chance to stay, times what staying is worth.
  EvPart conversion;  ///< The other outcomes, in the same way.
  EvPart resolution;
  EvPart complaint;
  EvPart opt_out;
  EvPart incentive;  ///< Also paid to those who would have stayed.
  EvPart contact;    ///< What sending costs.
  EvPart fatigue;    ///< What the contact costs in later attention.
  EvPart risk;       ///< Chance of harm times loss.
  EvPart budget;     ///< Use of shared budgets at their shadow prices.

  std::int64_t TotalMicro() const {
    return survival.micro + conversion.micro + resolution.micro + complaint.micro + opt_out.micro +
           incentive.micro + contact.micro + fatigue.micro + risk.micro + budget.micro;
  }

  friend bool operator==(const EvParts&, const EvParts&) = default;
};

/// Where an uplift comes from. Only the first exists so far.
enum class UpliftBasis : std::uint8_t { kAssumed = 1, kExperiment = 2, kLearnt = 3 };

}  // namespace evenkeel
