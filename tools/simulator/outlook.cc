#include "outlook.h"

#include <algorithm>

#include "reactions.h"
#include "real.h"

namespace simulator {
namespace {

/// The situation `days` from now, as far as it can be foreseen.
Situation In(const Person& person, const Change& change, int days) {
  const Parameters& parameters = person.parameters();
  const bool is_soon = days < parameters.hazard.window_days;
  Situation then = person.Now();
  then.tenure_months += days / 30.4375;
  then.satisfaction *= Exp(Log(parameters.satisfaction.phi_day) * days);
  then.effects = person.dealings.EffectsOn(parameters, person.day + days) +
                 Decayed(parameters, change.effect + change.wake_up, days);
  then.contacts = is_soon ? then.contacts + change.contacts : 0;
  if (!is_soon) {
    const double tickets = std::min(person.customer().friction, parameters.hazard.max_tickets);
    then.effects += parameters.hazard.ticket * tickets +
                    parameters.hazard.outage * parameters.shocks.outage_per_month;
    then.tickets = 0;
    then.outage = false;
  }
  if (person.contract_end != 0) {
    std::int64_t left = person.contract_end - person.day_number() - days;
    while (left < 0) left += 365;
    then.in_renewal = left <= parameters.hazard.window_days;
    then.in_lock = !then.in_renewal;
  }
  return then;
}

}  // namespace

double Outlook(const Person& person, const Change& change, int days) {
  if (person.ended()) return 0;
  const bool is_lost = person.open_invoice && person.open_invoice->succeeds_at == 0;
  if (is_lost && !change.is_paying) return 0;
  const auto& value = person.world().reactions.value;
  const Dealings& dealings = person.dealings;
  const double discount = change.payments > 0 ? change.discount : dealings.discount;
  const int payments = change.payments > 0 ? change.payments : dealings.discount_payments;
  const double price = static_cast<double>(PriceCents(person.price)) / 100.0;
  double stays = 1;
  double sum = -static_cast<double>(dealings.credit_cents + change.credit_cents) / 100.0;
  for (int month = 0; month * 30 < days; ++month) {
    const double share = std::min(30, days - month * 30) / 30.0;
    const Situation then = In(person, change, month * 30 + 15);
    const double leaves = Exp(LogHazard(person.parameters(), person.customer(), then));
    const double kept = stays * Exp(-leaves * share) * (1.0 - value.involuntary_month * share);
    const double worth = Exp(-Log(1.0 + value.discount_month) * month);
    sum += worth * DailyMargin(person) * 30.0 * share * (stays + kept) / 2.0;
    if (month < payments) sum -= worth * price * discount * stays;
    stays = kept;
  }
  return sum;
}

double GainOf(const Person& person, const Treatment& treatment, int days) {
  const double nothing = Outlook(person, {}, days);
  const double chance = ChanceOf(person, treatment);
  Change taken{.effect = EffectOf(person, treatment), .credit_cents = treatment.credit_cents};
  Change untaken;
  if (treatment.discount > 0) {
    taken.discount = treatment.discount;
    taken.payments = treatment.payments;
  }
  if (IsContact(treatment)) {
    taken.contacts = 1;
    taken.wake_up = WakeUp(person.parameters(), person.customer(), person.Now());
  }
  if (treatment.channel != "task") {  // Who is not reached on the phone was not contacted.
    untaken.contacts = taken.contacts;
    untaken.wake_up = taken.wake_up;
  }
  double gain = chance * Outlook(person, taken, days) +
                (1.0 - chance) * Outlook(person, untaken, days) - nothing;
  const auto& dunning = person.world().reactions.dunning;
  const bool is_dunning = treatment.kind == Kind::kReminder || treatment.kind == Kind::kNewCard;
  if (is_dunning && person.open_invoice && person.open_invoice->succeeds_at == 0) {
    taken.is_paying = true;
    gain = (treatment.kind == Kind::kNewCard ? dunning.new_card : dunning.reminder) *
           Outlook(person, taken, days);
  }
  return gain - CostOf(person.world().reactions, treatment);
}

}  // namespace simulator
