#pragma once

#include <cstdint>
#include <vector>

#include "person.h"

namespace simulator {

/// All customers of a world, who live one day after the other.
class Population {
 public:
  Population(const World& world, std::uint32_t customers);
  Population(const Population&) = delete;  // The persons know their world by its address.
  Population& operator=(const Population&) = delete;

  const World& world() const { return world_; }
  int day() const { return day_; }  ///< The next to be lived.
  std::vector<Person>& persons() { return persons_; }
  const std::vector<Person>& persons() const { return persons_; }

  /// What the company did today; acts from the next day on. In any order.
  void Receive(std::uint32_t customer, Treatment treatment);

  void LiveDay();

  /// After the last day: what was still on its way reaches the customers.
  void End();

 private:
  World world_;
  int day_ = 0;
  std::vector<Person> persons_;
};

/// Whether the person is a customer on that day, and has been since the day before.
bool IsPresent(const Person& person, int day);

}  // namespace simulator
