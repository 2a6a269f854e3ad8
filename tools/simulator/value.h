#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policies.h"
#include "population.h"

namespace simulator {

/// What a policy was worth to the company in a world, and what became of the customers.
struct Worth {
  std::string policy;
  std::int64_t customers = 0;
  double customer_months = 0;
  std::int64_t cancelled = 0;
  std::int64_t unpaid = 0;
  double margin = 0;      ///< Of the days that were paid for.
  double incentives = 0;  ///< Discounts and credits, as they were taken off paid invoices.
  double contacts = 0;    ///< What messages, calls and cases cost.
  double residual = 0;    ///< Outlook() of who is still there, see value.residual_months.
  std::int64_t treated = 0;
  std::int64_t too_late = 0;
  std::int64_t against_consent = 0;
  std::int64_t offers_taken = 0;
  std::int64_t complaints = 0;
  std::int64_t opt_outs = 0;
  std::int64_t payments_saved = 0;

  double Value() const { return margin - incentives - contacts + residual; }
  double ValuePerCustomer() const;
  double MonthlyChurn() const;
  std::string Json() const;
};

/// Of a world that has been lived to its end.
Worth Measure(std::string_view policy, Population& population);

/// Lives a world under a policy.
Worth Evaluate(const World& world, std::uint32_t customers, Policy& policy);

/// A Markdown table: per customer, against the first row.
std::string Table(const std::vector<Worth>& all);

}  // namespace simulator
