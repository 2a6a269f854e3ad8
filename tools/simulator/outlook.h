#pragma once

#include "person.h"

namespace simulator {

/// What a treatment would change from today on.
struct Change {
  double effect = 0;   ///< On the log-hazard, fading.
  double wake_up = 0;  ///< The same, by the contact.
  int contacts = 0;
  double discount = 0;
  int payments = 0;
  std::int64_t credit_cents = 0;
  bool is_paying = false;  ///< An open invoice that would be lost is paid.
};

/// Expected margin less discounts and credits of the next `days`, discounted, by the customer's
/// true hazard: satisfaction returns to its mean, effects fade, tickets and outages come at their
/// rates.
double Outlook(const Person& person, const Change& change, int days);

/// What a treatment is worth: the change of the outlook it causes, less what it costs.
double GainOf(const Person& person, const Treatment& treatment, int days);

}  // namespace simulator
