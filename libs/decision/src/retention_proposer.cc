#include "proposers.h"

namespace evenkeel {
namespace {

// The feature that speaks most for this customer's risk.
std::string_view CauseOf(const HazardScore& hazard) {
  const Contribution* most = nullptr;
  for (const Contribution& contribution : hazard.contributions) {
    if (contribution.micro > 0 && (most == nullptr || contribution.micro > most->micro)) {
      most = &contribution;
    }
  }
  return most == nullptr ? std::string_view() : std::string_view(most->feature);
}

/// Proposes every action of its domain that acts on a cause for which the customer is at risk.
class RetentionProposer final : public Proposer {
 public:
  std::string_view identity() const override { return "retention/1"; }
  std::string_view domain() const override { return "retention"; }

  void Propose(const ProposalContext& context, std::vector<Proposal>& proposals) const override {
    for (const HazardScore& hazard : context.churn.hazards) {
      const RetentionDefinition& limits = context.catalogue.retention;
      const bool is_voluntary = hazard.cause == ChurnCause::kVoluntary;
      const std::int64_t min = is_voluntary ? limits.voluntary_min_ppb : limits.involuntary_min_ppb;
      if (hazard.churn_ppb >= min) ProposeFor(context, hazard, proposals);
    }
  }

 private:
  void ProposeFor(const ProposalContext& context, const HazardScore& hazard,
                  std::vector<Proposal>& proposals) const {
    const std::string_view cause = CauseOf(hazard);
    const std::vector<ActionDefinition>& actions = context.catalogue.actions;
    for (std::uint32_t i = 0; i < actions.size(); ++i) {
      if (actions[i].domain != domain() || actions[i].cause != hazard.cause) continue;
      for (std::uint32_t j = 0; j < actions[i].treatments.size(); ++j) {
        proposals.push_back({.action = i, .treatment = j, .cause = cause});
      }
    }
  }
};

}  // namespace

namespace internal {

const Proposer& RetentionProposerOf() {
  static const RetentionProposer kProposer;
  return kProposer;
}

}  // namespace internal
}  // namespace evenkeel
