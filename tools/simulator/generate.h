#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "delivery.h"
#include "person.h"

namespace simulator {

/// Figures of a world, as those who made it know them.
struct Statistics {
  std::int64_t customers = 0;  ///< With at least one event.
  double customer_months = 0;  ///< Of 30 days.
  std::int64_t cancelled = 0;
  std::int64_t unpaid = 0;
  std::int64_t first_attempts = 0;
  std::int64_t first_failures = 0;
  std::int64_t sessions = 0;
  std::int64_t tickets = 0;
  double expected_leaves = 0;  ///< Sum of the true chances to leave by choice.

  double MonthlyChurn() const;
  double InvoluntaryShare() const;
  std::string Json() const;
};

/// All that happened to the customers 0 to `customers` - 1, in the order of customer and number.
struct History {
  std::vector<Event> events;
  std::vector<std::string> truth;  ///< One JSON object per customer: what no line ever says.
  Statistics statistics;
};
History MakeHistory(const World& world, std::uint32_t customers);

/// What `generate` is asked for.
struct Order {
  std::uint64_t seed = 1;
  std::uint32_t customers = 3000;
  int days = 90;
  std::string start = "2026-01-05";
  std::string out;
  std::string truth;  ///< Empty: not written.
};

/// Writes the files; returns a message where that failed, else an empty string and the manifest.
std::string Generate(const Order& order, std::string* manifest);

}  // namespace simulator
