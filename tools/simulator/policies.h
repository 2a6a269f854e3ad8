#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "population.h"

namespace simulator {

/// A way to treat customers, asked at the end of each day of a world.
class Policy {
 public:
  virtual ~Policy() = default;
  virtual std::string_view name() const = 0;
  virtual void EndOfDay(Population& population) = 0;
};

/// The baselines, in the order in which they are shown; "nothing" is the first. They act every 30
/// days, those about payments every day, and ask nobody's consent:
///
/// - nothing
/// - random: one of education, support call, both discounts, plan review, or nothing
/// - education_for_all: the e-mail
/// - discount_for_all: 25 % for three payments
/// - risk_top_10_discount, risk_top_10_call: the tenth with the highest RiskScore()
/// - dunning: a link for a new card, or a reminder, after every failed attempt
/// - oracle_capped: knows every true effect (not the luck), looks one step ahead, treats the tenth
///   with the highest gain; plus dunning where a payment would be lost
/// - oracle: the same without the cap
std::vector<std::unique_ptr<Policy>> Baselines();

/// How likely somebody leaves, from nothing but what the lines say: tenure, tickets, outages,
/// price, contract, NPS, asking how to cancel. Its weights are those of the true hazard where that
/// has the term, so a model would have to be very good to be better.
double RiskScore(const Person& person);

}  // namespace simulator
