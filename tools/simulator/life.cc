#include <algorithm>
#include <cmath>

#include "person.h"
#include "shocks.h"

namespace simulator {
namespace {

/// The weeks before the first day left their mark.
void Remember(Person& person) {
  const int first = person.day;
  if (first == 0) {
    for (person.day = -person.parameters().hazard.window_days; person.day < 0; ++person.day) {
      if (OutageOn(person.parameters(), person.world().dice, person.customer().region,
                   person.day)) {
        person.last_outage_day = person.day;
      }
      AskForHelp(person);
    }
  }
  person.day = first;
}

void Introduce(Person& person) {
  const Customer& customer = person.customer();
  const Region& region = RegionOf(customer);
  const auto since = [&](std::int64_t day_number) {
    return FormatTime(FromLocal(region.zone, day_number * kDayMs + 20 * kHourMs), 0);
  };
  Stream stream = person.For(Purpose::kIntroduce);
  const bool new_here = customer.first_day > 0;
  const std::int64_t at =
      new_here ? person.Between(stream, 19, 20.5) : person.Between(stream, 0, 0.05);
  JsonFields& fields =
      person.Emit("profile", "crm", at)
          .Text("segment", kSegmentNames[static_cast<std::size_t>(customer.segment)])
          .Text("country", region.country)
          .Text("region", region.name)
          .Text("time_zone", region.zone.name)
          .Text("language", region.language)
          .Text("plan", PlanOf(person.parameters(), person.price))
          .Integer("price_cents", PriceCents(person.price))
          .Text("currency", "EUR")
          .Text("contract", person.contract_end != 0 ? "annual" : "monthly");
  if (person.contract_end != 0) fields.Text("contract_end", FormatDate(person.contract_end));
  fields.Text("signed_up_on", FormatDate(customer.signed_up))
      .Integer("tenure_months", static_cast<std::int64_t>(person.tenure_months()))
      .Text("preferred_channel",
            kChannelNames[static_cast<std::size_t>(customer.preferred_channel)])
      .Bool("optin_email", customer.optin[0])
      .Bool("optin_sms", customer.optin[1])
      .Bool("optin_push", customer.optin[2])
      .Bool("optin_phone", customer.optin[3])
      .Text("consent_at", new_here ? FormatTime(at, 0) : since(customer.signed_up - 1))
      .Text("consent_proof", "signup-form/" + CustomerName(customer.index));
}

void DriftSatisfaction(Person& person) {
  const auto& p = person.parameters().satisfaction;
  Stream stream = person.For(Purpose::kSatisfaction);
  person.satisfaction = p.phi_day * person.satisfaction +
                        p.sd * std::sqrt(1.0 - p.phi_day * p.phi_day) * stream.Normal();
}

void MaybeLeave(Person& person) {
  Situation now = person.Now();
  now.promotion = PromotionOn(person.parameters(), person.world().dice, person.day);
  const double chance = LeaveToday(person.parameters(), person.customer(), now);
  person.expected_leaves += chance;
  Stream stream = person.For(Purpose::kLeave);
  const bool leaves = stream.Chance(chance);
  const std::int64_t at = person.Between(stream, 8, 23);
  if (leaves) person.End(Ending::kCancelled, at);
}

/// What was planned for after the end of the world, or after leaving, did not happen.
void CutOff(Person& person) {
  const std::int64_t end = EndOf(person);
  std::erase_if(person.events, [&](const Event& event) { return event.happened_ms >= end; });
}

}  // namespace

void Begin(Person& person) {
  Remember(person);
  Introduce(person);
}

void OneDay(Person& person) {
  DriftSatisfaction(person);
  FeelOutages(person);
  const bool first_day =
      person.customer().first_day > 0 && person.day == person.customer().first_day;
  if (!first_day) {  // Signed up in the evening.
    UseProduct(person);
    AskForHelp(person);
    AnswerSurveys(person);
    OptOut(person);
  }
  Bill(person);
  if (!person.ended() && !first_day) MaybeLeave(person);
}

std::int64_t EndOf(const Person& person) {
  const std::int64_t last_midnight =
      FromLocal(person.zone(), (person.world().start + person.world().days) * kDayMs);
  return person.ended() ? std::min(person.ended_ms + 1, last_midnight) : last_midnight;
}

Person Live(const World& world, std::uint32_t index) {
  Person person(world, index);
  if (person.day >= world.days) return person;
  Begin(person);
  for (; person.day < world.days && !person.ended(); ++person.day) OneDay(person);
  person.last_day = person.day;
  CutOff(person);
  return person;
}

}  // namespace simulator
