#include "hazard.h"

#include <algorithm>

#include "real.h"

namespace simulator {

double LogHazard(const Parameters& parameters, const Customer& customer, const Situation& now) {
  const auto& h = parameters.hazard;
  double log_hazard = h.intercept + h.log_tenure * Log(1.0 + now.tenure_months) +
                      h.satisfaction * now.satisfaction +
                      h.price * customer.sensitivity * (now.price / h.reference_price - 1.0) +
                      h.inertia * customer.inertia + h.adoption * (customer.adoption - 0.5) +
                      h.ticket * std::min<double>(now.tickets, h.max_tickets) +
                      h.contact * now.contacts + now.effects;
  if (now.outage) log_hazard += h.outage;
  if (now.promotion) log_hazard += h.promotion;
  if (now.in_renewal) {
    log_hazard += h.renewal_window;
  } else if (now.in_lock) {
    log_hazard += h.in_lock;
  }
  return log_hazard;
}

double LeaveToday(const Parameters& parameters, const Customer& customer, const Situation& now) {
  return 1.0 - Exp(-Exp(LogHazard(parameters, customer, now)) / 30.0);
}

double WakeUp(const Parameters& parameters, const Customer& customer, const Situation& now) {
  const auto& e = parameters.effects;
  if (now.sessions >= parameters.usage.low_use_per_month) return 0;
  return e.wake_up * std::max(customer.inertia - e.wake_up_inertia, 0.0);
}

double OwnEffect(const Parameters& parameters, const Customer& customer, const Situation& now,
                 Action action) {
  const auto& e = parameters.effects;
  const double reachable = Logistic(e.reachable_slope * (now.satisfaction - e.reachable_centre));
  const double sensitivity = std::min(customer.sensitivity, e.discount_max_sensitivity);
  const bool pays_enough = now.price > e.discount_min_price;
  double effect = 0;
  switch (action) {
    case Action::kEducation:
      if (now.tenure_months < e.education_max_tenure) {
        effect = e.education * (1.0 - customer.adoption) * reachable;
      }
      break;
    case Action::kSupportCall:
      effect = e.support_call * std::min<double>(now.tickets, parameters.hazard.max_tickets) *
               Logistic(e.support_call_slope * (now.satisfaction - e.support_call_centre));
      break;
    case Action::kDiscountSmall:
      if (pays_enough) effect = e.discount_small * sensitivity * reachable;
      break;
    case Action::kDiscountLarge:
      if (pays_enough) effect = e.discount_large * sensitivity * reachable;
      break;
    case Action::kRightSizing:
      if (now.price > e.right_sizing_min_price && customer.inertia < e.right_sizing_max_inertia) {
        effect = e.right_sizing * reachable;
      }
      if (customer.inertia > e.right_sizing_harm_inertia) effect += e.right_sizing_harm;
      break;
  }
  return effect;
}

double Effect(const Parameters& parameters, const Customer& customer, const Situation& now,
              Action action) {
  return OwnEffect(parameters, customer, now, action) + WakeUp(parameters, customer, now);
}

double Decayed(const Parameters& parameters, double effect, int days) {
  return effect * Exp(Log(parameters.effects.decay_per_month) * days / 30.0);
}

}  // namespace simulator
