#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "evenkeel/decision/catalogue.h"
#include "evenkeel/decision/expected_value.h"
#include "evenkeel/model/decision.h"

namespace evenkeel {

/// What is assumed of an action for one customer: a prior for each outcome, or null.
class OutcomePriors {
 public:
  /// Those of the customer's segment, or else those for everybody. `action` and `churn` must
  /// outlive the priors.
  OutcomePriors(const ActionDefinition& action, std::string_view segment, const ChurnScore& churn);

  bool empty() const;

  OutcomeChanges Mean() const;
  OutcomeChanges Worst() const;
  OutcomeChanges Best() const;

  /// Writes down what was used.
  void Describe(Candidate& candidate) const;

 private:
  OutcomeChanges At(std::int64_t UpliftPrior::* gain, std::int64_t UpliftPrior::* loss) const;
  std::int64_t Bounded(std::int64_t uplift_ppb) const;

  const ChurnScore& churn_;
  ChurnCause cause_;
  const UpliftPrior* survival_;
  const UpliftPrior* resolution_;
  const UpliftPrior* complaint_;
};

}  // namespace evenkeel
