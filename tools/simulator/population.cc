#include "population.h"

#include <utility>

#include "reactions.h"

namespace simulator {

Population::Population(const World& world, std::uint32_t customers) : world_(world) {
  persons_.reserve(customers);
  for (std::uint32_t i = 0; i < customers; ++i) persons_.emplace_back(world_, i);
}

void Population::Receive(std::uint32_t customer, Treatment treatment) {
  persons_[customer].dealings.inbox.push_back({.day = day_, .treatment = std::move(treatment)});
}

void Population::LiveDay() {
  for (Person& person : persons_) {
    if (person.customer().first_day > day_) continue;
    if (person.ended()) {
      OpenInbox(person);  // Too late.
      continue;
    }
    if (person.customer().first_day == day_) Begin(person);
    OpenInbox(person);
    OneDay(person);
    ++person.day;
    person.last_day = person.day;
    if (!person.ended()) person.dealings.money.margin += DailyMargin(person);
  }
  ++day_;
}

void Population::End() {
  for (Person& person : persons_) {
    for (Dealings::Waiting& waiting : person.dealings.inbox) {
      waiting.day = person.day;
      waiting.is_due_task = true;
    }
    OpenInbox(person);
  }
}

bool IsPresent(const Person& person, int day) {
  return !person.ended() && person.customer().first_day < day;
}

}  // namespace simulator
