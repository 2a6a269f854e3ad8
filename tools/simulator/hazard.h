#pragma once

#include <cstdint>
#include <string_view>

#include "customer.h"
#include "parameters.h"

namespace simulator {

/// What the hazard of leaving looks at, on one day.
struct Situation {
  double tenure_months = 0;
  double satisfaction = 0;
  double price = 0;
  int tickets = 0;          ///< In the window.
  int contacts = 0;         ///< By us, in the window.
  bool outage = false;      ///< In the window.
  bool promotion = false;   ///< A competitor's, today.
  bool in_lock = false;     ///< An annual contract binds.
  bool in_renewal = false;  ///< Its end is near.
  double sessions = 0;      ///< A month, lately.
  double effects = 0;       ///< What past actions still add to the log-hazard.
};

/// The log of the monthly hazard of leaving by choice.
double LogHazard(const Parameters& parameters, const Customer& customer, const Situation& now);

/// The chance to leave by choice today.
double LeaveToday(const Parameters& parameters, const Customer& customer, const Situation& now);

/// What a company can do to a customer, as the world feels it.
enum class Action : std::uint8_t {
  kEducation = 0,
  kSupportCall = 1,
  kDiscountSmall = 2,  // 10 %
  kDiscountLarge = 3,  // 25 %
  kRightSizing = 4,
};
inline constexpr std::array<std::string_view, Parameters::kActions> kActionNames{
    "education", "support_call", "discount_10", "discount_25", "right_sizing"};

/// What any contact adds to the log-hazard: it may wake up those who pay and do not use.
double WakeUp(const Parameters& parameters, const Customer& customer, const Situation& now);

/// What an action adds to the log-hazard of this customer now by itself: negative keeps.
double OwnEffect(const Parameters& parameters, const Customer& customer, const Situation& now,
                 Action action);

/// Both.
double Effect(const Parameters& parameters, const Customer& customer, const Situation& now,
              Action action);

/// What is left of an effect after some days.
double Decayed(const Parameters& parameters, double effect, int days);

}  // namespace simulator
