#include <array>

#include "generate.h"

namespace simulator {
namespace {

std::string Truth(const World& world, const Person& person) {
  const Customer& customer = person.customer();
  static constexpr std::array<std::string_view, 3> kEndings{"stays", "cancelled", "unpaid"};
  const Situation start = Person(world, customer.index).Now();
  JsonFields effects;
  for (std::size_t i = 0; i < kActionNames.size(); ++i) {
    effects.Decimal(kActionNames[i],
                    Effect(world.parameters, customer, start, static_cast<Action>(i)), 6);
  }
  JsonFields fields;
  fields.Text("customer", CustomerName(customer.index))
      .Integer("first_day", customer.first_day)
      .Integer("days", person.last_day - customer.first_day)
      .Text("ending", kEndings[static_cast<std::size_t>(person.ending)])
      .Decimal("price_sensitivity", customer.sensitivity, 6)
      .Decimal("inertia", customer.inertia, 6)
      .Decimal("adoption", customer.adoption, 6)
      .Decimal("friction", customer.friction, 6)
      .Decimal("satisfaction_at_start", customer.satisfaction, 6)
      .Decimal("satisfaction_at_end", person.satisfaction, 6)
      .Decimal("log_hazard_at_start", LogHazard(world.parameters, customer, start), 6)
      .Decimal("expected_leaves", person.expected_leaves, 6)
      .Raw("effects_at_start", effects.Object());
  return fields.Object();
}

void Count(const Person& person, Statistics* statistics) {
  ++statistics->customers;
  statistics->customer_months += (person.last_day - person.customer().first_day) / 30.0;
  statistics->cancelled += person.ending == Ending::kCancelled ? 1 : 0;
  statistics->unpaid += person.ending == Ending::kUnpaid ? 1 : 0;
  statistics->expected_leaves += person.expected_leaves;
  for (const Event& event : person.events) {
    statistics->sessions += event.kind == "session" ? 1 : 0;
    statistics->tickets += event.kind == "ticket_opened" ? 1 : 0;
    if (event.kind != "payment_attempt") continue;
    const std::string& text = event.fields.text();
    if (text.find("\"attempt\":1,") == std::string::npos) continue;
    ++statistics->first_attempts;
    statistics->first_failures += text.find("\"failed\"") != std::string::npos ? 1 : 0;
  }
}

}  // namespace

double Statistics::MonthlyChurn() const {
  return customer_months > 0 ? static_cast<double>(cancelled + unpaid) / customer_months : 0;
}

double Statistics::InvoluntaryShare() const {
  const std::int64_t all = cancelled + unpaid;
  return all > 0 ? static_cast<double>(unpaid) / static_cast<double>(all) : 0;
}

std::string Statistics::Json() const {
  const auto per = [](std::int64_t count, double of) {
    return of > 0 ? static_cast<double>(count) / of : 0.0;
  };
  JsonFields fields;
  fields.Decimal("customer_months", customer_months, 1)
      .Integer("cancelled", cancelled)
      .Integer("unpaid", unpaid)
      .Decimal("monthly_churn", MonthlyChurn(), 5)
      .Decimal("monthly_voluntary", per(cancelled, customer_months), 5)
      .Decimal("monthly_voluntary_expected",
               customer_months > 0 ? expected_leaves / customer_months : 0.0, 5)
      .Decimal("monthly_involuntary", per(unpaid, customer_months), 5)
      .Decimal("involuntary_share", InvoluntaryShare(), 4)
      .Decimal("first_payment_failures", per(first_failures, static_cast<double>(first_attempts)),
               4)
      .Decimal("sessions_per_month", per(sessions, customer_months), 3)
      .Decimal("tickets_per_month", per(tickets, customer_months), 4);
  return fields.Object();
}

History MakeHistory(const World& world, std::uint32_t customers) {
  History history;
  for (std::uint32_t i = 0; i < customers; ++i) {
    Person person = Live(world, i);
    if (person.events.empty()) continue;
    history.truth.push_back(Truth(world, person));
    Count(person, &history.statistics);
    for (Event& event : person.events) history.events.push_back(std::move(event));
  }
  return history;
}

}  // namespace simulator
