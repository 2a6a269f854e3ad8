#include "person.h"

#include <algorithm>

namespace simulator {

Person::Person(const World& world, std::uint32_t index)
    : world_(world), customer_(DrawCustomer(world.parameters, world.dice, world.start, index)) {
  day = customer_.first_day;
  satisfaction = customer_.satisfaction;
  price = customer_.price;
  contract_end = customer_.contract_end;
  opted_in = customer_.optin;
  sessions_month = 30.0 * SessionsPerDay(*this);
}

std::int64_t Person::Local(double hour) const {
  const auto into = static_cast<std::int64_t>(hour * static_cast<double>(kHourMs));
  return FromLocal(zone(), day_number() * kDayMs + into);
}

JsonFields& Person::Emit(std::string_view kind, std::string_view source, std::int64_t at_ms,
                         bool from_device) {
  Event& event = events.emplace_back();
  event.happened_ms = at_ms;
  event.kind = kind;
  event.source = source;
  event.customer = customer_.index;
  event.number = ++emitted;
  event.offset_minutes = OffsetMinutes(zone(), at_ms);
  event.from_device = from_device;
  return event.fields;
}

JsonFields& Person::React(std::string_view kind, std::string_view source, std::int64_t at_ms,
                          std::string_view action_id) {
  JsonFields& fields = Emit(kind, source, at_ms);
  --emitted;
  events.back().number = kReaction | ++reacted;
  return fields.Text("action", action_id);
}

void Person::End(Ending how, std::int64_t at_ms) {
  ending = how;
  ended_ms = at_ms;
  Emit("subscription_ended", "billing", at_ms)
      .Text("cause", how == Ending::kUnpaid ? "unpaid" : "cancelled")
      .Integer("tenure_months", static_cast<std::int64_t>(tenure_months()));
}

Situation Person::Now() const {
  const int window = parameters().hazard.window_days;
  Situation now;
  now.tenure_months = tenure_months();
  now.satisfaction = satisfaction;
  now.price = price;
  now.tickets = static_cast<int>(std::count_if(ticket_days.begin(), ticket_days.end(),
                                               [&](int d) { return d > day - window; }));
  now.outage = last_outage_day > day - window;
  now.in_renewal = contract_end != 0 && day_number() >= contract_end - window;
  now.in_lock = contract_end != 0 && !now.in_renewal;
  now.sessions = sessions_month;
  now.contacts = dealings.ContactsSince(day - window);
  now.effects = dealings.EffectsOn(parameters(), day);
  return now;
}

}  // namespace simulator
