#include "value.h"

#include <cstdio>

#include "outlook.h"

namespace simulator {
namespace {

std::string Format(const char* format, double value) {
  char text[64];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

void Add(const Person& person, int days, Worth* worth) {
  const Dealings& dealings = person.dealings;
  ++worth->customers;
  worth->customer_months += (person.last_day - person.customer().first_day) / 30.0;
  worth->cancelled += person.ending == Ending::kCancelled ? 1 : 0;
  worth->unpaid += person.ending == Ending::kUnpaid ? 1 : 0;
  worth->margin += dealings.money.margin;
  worth->incentives += dealings.money.incentives;
  worth->contacts += dealings.money.contacts;
  worth->residual += Outlook(person, {}, days);
  worth->treated += dealings.treated;
  worth->too_late += dealings.too_late;
  worth->against_consent += dealings.against_consent;
  worth->offers_taken += dealings.offers_taken;
  worth->complaints += dealings.complaints;
  worth->opt_outs += dealings.opt_outs;
  worth->payments_saved += dealings.payments_saved;
}

}  // namespace

double Worth::ValuePerCustomer() const {
  return customers > 0 ? Value() / static_cast<double>(customers) : 0;
}

double Worth::MonthlyChurn() const {
  return customer_months > 0 ? static_cast<double>(cancelled + unpaid) / customer_months : 0;
}

std::string Worth::Json() const {
  const auto per = [this](double sum) {
    return customers > 0 ? sum / static_cast<double>(customers) : 0.0;
  };
  JsonFields fields;
  fields.Text("policy", policy)
      .Integer("customers", customers)
      .Decimal("value", ValuePerCustomer(), 4)
      .Decimal("margin", per(margin), 4)
      .Decimal("incentives", per(incentives), 4)
      .Decimal("contacts", per(contacts), 4)
      .Decimal("residual", per(residual), 4)
      .Decimal("monthly_churn", MonthlyChurn(), 5)
      .Integer("cancelled", cancelled)
      .Integer("unpaid", unpaid)
      .Decimal("treated", per(static_cast<double>(treated)), 4)
      .Integer("offers_taken", offers_taken)
      .Integer("payments_saved", payments_saved)
      .Integer("complaints", complaints)
      .Integer("opt_outs", opt_outs)
      .Integer("too_late", too_late)
      .Integer("against_consent", against_consent);
  return fields.Object();
}

Worth Measure(std::string_view policy, Population& population) {
  Worth worth;
  worth.policy = policy;
  const World& world = population.world();
  for (const Person& person : population.persons()) {
    if (person.customer().first_day >= world.days) continue;
    Add(person, 30 * world.reactions.value.residual_months, &worth);
  }
  return worth;
}

Worth Evaluate(const World& world, std::uint32_t customers, Policy& policy) {
  Population population(world, customers);
  while (population.day() < world.days) {
    population.LiveDay();
    for (Person& person : population.persons()) person.events.clear();  // Nobody reads them.
    policy.EndOfDay(population);
  }
  population.End();
  return Measure(policy.name(), population);
}

std::string Table(const std::vector<Worth>& all) {
  std::string text =
      "| policy | value per customer | against nothing | margin | incentives | contacts | residual "
      "| "
      "churn a month | actions per customer |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|\n";
  for (const Worth& one : all) {
    const auto customers = static_cast<double>(one.customers > 0 ? one.customers : 1);
    text += "| " + one.policy + " | " + Format("%.2f", one.ValuePerCustomer()) + " | " +
            Format("%+.2f", one.ValuePerCustomer() - all.front().ValuePerCustomer()) + " | " +
            Format("%.2f", one.margin / customers) + " | " +
            Format("%.2f", one.incentives / customers) + " | " +
            Format("%.2f", one.contacts / customers) + " | " +
            Format("%.2f", one.residual / customers) + " | " +
            Format("%.2f %%", 100 * one.MonthlyChurn()) + " | " +
            Format("%.2f", static_cast<double>(one.treated) / customers) + " |\n";
  }
  return text;
}

}  // namespace simulator
