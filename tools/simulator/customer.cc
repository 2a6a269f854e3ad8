#include "customer.h"

#include <algorithm>

#include "event.h"
#include "real.h"

namespace simulator {

std::string CustomerName(std::uint32_t customer) {
  std::string digits = std::to_string(customer);
  return "C" + std::string(digits.size() < 6 ? 6 - digits.size() : 0, '0') + digits;
}

const std::array<Region, Parameters::kRegions>& Regions() {
  static constexpr std::array<Region, Parameters::kRegions> kRegions{{
      {"de", "DE", "de", {"Europe/Berlin", 60, SummerTime::kEurope}},
      {"fr", "FR", "fr", {"Europe/Paris", 60, SummerTime::kEurope}},
      {"gb", "GB", "en", {"Europe/London", 0, SummerTime::kEurope}},
      {"pt", "PT", "pt", {"Europe/Lisbon", 0, SummerTime::kEurope}},
      {"us-east", "US", "en", {"America/New_York", -300, SummerTime::kUnitedStates}},
      {"us-west", "US", "en", {"America/Los_Angeles", -480, SummerTime::kUnitedStates}},
      {"in", "IN", "en", {"Asia/Kolkata", 330, SummerTime::kNone}},
      {"br", "BR", "pt", {"America/Sao_Paulo", -180, SummerTime::kNone}},
  }};
  return kRegions;
}

const Region& RegionOf(const Customer& customer) {
  return Regions()[static_cast<std::size_t>(customer.region)];
}

namespace {

void DrawLatents(const Parameters& parameters, const Dice& dice, Customer* customer) {
  const auto& population = parameters.population;
  Stream stream = dice.For(customer->index, 0, Purpose::kLatents);
  customer->sensitivity = stream.LogNormal(population.sensitivity_mu, population.sensitivity_sigma);
  customer->inertia = stream.Normal();
  customer->adoption = stream.Beta22();
  customer->friction = stream.Gamma(population.friction_shape, population.friction_scale);
  customer->satisfaction = parameters.satisfaction.sd * stream.Normal();
  customer->usage_level = stream.LogNormal(parameters.usage.level_mu, parameters.usage.level_sigma);
}

void DrawProfile(const Parameters& parameters, const Dice& dice, Customer* customer) {
  const auto& population = parameters.population;
  Stream stream = dice.For(customer->index, 0, Purpose::kProfile);
  customer->region = stream.Pick(population.region);
  customer->segment = stream.Pick(population.segment);
  customer->method = stream.Pick(population.method);
  customer->price = std::clamp(stream.LogNormal(population.price_mu, population.price_sigma),
                               parameters.billing.min_price, parameters.billing.max_price);
  customer->survey_phase = stream.Below(parameters.support.nps_every_days);
  Stream consent = dice.For(customer->index, 0, Purpose::kConsent);
  for (std::size_t i = 0; i < customer->optin.size(); ++i) {
    customer->optin[i] = consent.Chance(population.optin[i]);
  }
  customer->preferred_channel = consent.Pick(population.optin);
}

/// When the customer came, and until when a contract binds.
void DrawTenure(const Parameters& parameters, const Dice& dice, std::int64_t start,
                Customer* customer) {
  const auto& population = parameters.population;
  Stream stream = dice.For(customer->index, 0, Purpose::kArrival);
  const bool present = stream.Chance(population.present_at_start);
  const int arrival = stream.Below(population.arrival_days);
  const auto months =
      static_cast<int>(stream.Exponential() / -Log(1.0 - population.leave_tenure_geometric));
  const int day_of_month = 1 + stream.Below(28);
  const bool annual = stream.Chance(population.annual_contract);
  customer->paid_yearly = annual && stream.Chance(population.annual_paid_yearly);
  if (present) {
    Date date = DateOf(start);
    date.day = day_of_month;
    date = PlusMonths(date, -std::min(months, population.max_tenure_months));
    customer->signed_up = std::min(DayNumber(date), start);
  } else {
    customer->first_day = arrival;
    customer->signed_up = start + arrival;
  }
  if (!annual) return;
  Date anniversary = DateOf(customer->signed_up);
  anniversary.day = std::min(anniversary.day, 28);
  const std::int64_t today = start + customer->first_day;
  do {
    anniversary = PlusMonths(anniversary, 12);
  } while (DayNumber(anniversary) <= today);
  customer->contract_end = DayNumber(anniversary);
}

}  // namespace

Customer DrawCustomer(const Parameters& parameters, const Dice& dice, std::int64_t start,
                      std::uint32_t index) {
  Customer customer;
  customer.index = index;
  DrawProfile(parameters, dice, &customer);
  DrawLatents(parameters, dice, &customer);
  DrawTenure(parameters, dice, start, &customer);
  if (customer.contract_end != 0) customer.price *= parameters.population.annual_price_factor;
  return customer;
}

std::string_view PlanOf(const Parameters& parameters, double price) {
  if (price < parameters.billing.plus_from) return "basic";
  return price < parameters.billing.pro_from ? "plus" : "pro";
}

std::int64_t PriceCents(double price) { return static_cast<std::int64_t>(price * 10.0) * 10 + 9; }

}  // namespace simulator
