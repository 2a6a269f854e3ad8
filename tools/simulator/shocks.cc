#include "shocks.h"

#include <algorithm>

#include "calendar.h"

namespace simulator {

std::optional<Outage> OutageOn(const Parameters& parameters, const Dice& dice, int region,
                               int day) {
  const auto& shocks = parameters.shocks;
  Stream stream = dice.ForRegion(static_cast<std::uint32_t>(region),
                                 static_cast<std::uint32_t>(day), Purpose::kOutage);
  if (!stream.Chance(shocks.outage_per_month / 30.0)) return std::nullopt;
  const double hours =
      std::clamp(stream.LogNormal(shocks.outage_hours_mu, shocks.outage_hours_sigma), 0.5,
                 shocks.outage_hours_max);
  return Outage{static_cast<std::int64_t>(stream.Uniform() * static_cast<double>(kDayMs)),
                static_cast<std::int64_t>(hours * static_cast<double>(kHourMs))};
}

bool PromotionOn(const Parameters& parameters, const Dice& dice, int day) {
  const int year = day / 365;
  const int into = day % 365;
  const int from = dice.ForRegion(0xFFFF, static_cast<std::uint32_t>(year), Purpose::kPromotion)
                       .Below(365 - parameters.shocks.promotion_days);
  return into >= from && into < from + parameters.shocks.promotion_days;
}

}  // namespace simulator
