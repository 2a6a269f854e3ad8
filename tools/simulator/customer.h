#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "calendar.h"
#include "parameters.h"
#include "random.h"

namespace simulator {

/// What stays true of a customer: what the company knows, and what nobody does.
struct Customer {
  std::uint32_t index = 0;
  int first_day = 0;              ///< Of the world: 0, or the day of sign-up.
  std::int64_t signed_up = 0;     ///< Day number.
  std::int64_t contract_end = 0;  ///< Day number at the start; 0 without a contract.
  bool paid_yearly = false;
  int region = 0;
  int segment = 0;
  int method = 0;
  int preferred_channel = 0;
  int survey_phase = 0;
  double price = 0;             ///< A month, at the start.
  std::array<bool, 4> optin{};  ///< email, sms, push, phone

  // Hidden: never in a line.
  double sensitivity = 0;
  double inertia = 0;
  double adoption = 0;
  double friction = 0;
  double satisfaction = 0;  ///< At the start.
  double usage_level = 0;
};

/// A region, and what the company calls it.
struct Region {
  std::string_view name;
  std::string_view country;
  std::string_view language;
  Zone zone;
};
const Region& RegionOf(const Customer& customer);
const std::array<Region, Parameters::kRegions>& Regions();

inline constexpr std::array<std::string_view, 3> kSegmentNames{"consumer", "family", "business"};
inline constexpr std::array<std::string_view, 4> kChannelNames{"email", "sms", "push", "phone"};
inline constexpr std::array<std::string_view, 3> kMethodNames{"card", "sepa", "wallet"};

/// The customer `index` of a world that starts on `start` (a day number). A pure function of the
/// seed: how many customers and days the world has does not matter.
Customer DrawCustomer(const Parameters& parameters, const Dice& dice, std::int64_t start,
                      std::uint32_t index);

/// "basic", "plus" or "pro", by the price.
std::string_view PlanOf(const Parameters& parameters, double price);

/// Hundredths, rounded to ten cents less one: 34.99.
std::int64_t PriceCents(double price);

}  // namespace simulator
