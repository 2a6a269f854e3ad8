#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "evenkeel/base/time.h"
#include "evenkeel/decision/catalogue.h"
#include "evenkeel/features/feature_set.h"
#include "evenkeel/model/churn_score.h"
#include "evenkeel/policy/customer_profile.h"

namespace evenkeel {

/// What a proposer sees of a customer.
struct ProposalContext {
  const Catalogue& catalogue;
  const ChurnScore& churn;
  const FeatureSet& feature_set;
  std::span<const FeatureValue> features;  ///< In the feature set's order.
  const CustomerProfile& profile;
  TimeMs now;
};

/// "Because of `cause`, this action in this treatment."
struct Proposal {
  std::uint32_t action = 0;     ///< Index into the catalogue's actions.
  std::uint32_t treatment = 0;  ///< Index into the action's treatments.
  std::string_view cause;       ///< A feature's name; lives as long as the score and the catalogue.
};

/// Turns what is known about a customer into candidates, for one domain. It judges neither policy
/// nor value: both come after it, for everybody's proposals alike.
///
/// Thread-safety: immutable.
class Proposer {
 public:
  virtual ~Proposer() = default;

  /// Recorded with every candidate, and what a kill switch names: "retention/1".
  virtual std::string_view identity() const = 0;
  virtual std::string_view domain() const = 0;

  /// Appends its proposals, in a fixed order.
  virtual void Propose(const ProposalContext& context, std::vector<Proposal>& proposals) const = 0;
};

/// The proposer of `domain`, or null. It lives for ever.
const Proposer* FindProposer(std::string_view domain);

/// The domains that somebody proposes for, as people write them: "retention or service_recovery".
std::string_view ProposedDomains();

}  // namespace evenkeel
