#include <algorithm>

#include "proposers.h"

#include "evenkeel/model/decimal.h"

namespace evenkeel {
namespace {

bool Shows(const ServiceSign& sign, const ProposalContext& context) {
  const std::optional<std::size_t> index = context.feature_set.Find(sign.feature);
  if (!index || context.features[*index].is_missing) return false;
  const std::uint8_t scale = context.feature_set.definition(*index).scale;
  const std::optional<std::int64_t> limit = Rescale(sign.limit, scale);
  if (!limit) return false;
  const std::int64_t number = context.features[*index].number;
  return sign.is_below ? number < *limit : number >= *limit;
}

bool Answers(const ActionDefinition& action, const ServiceSign& sign) {
  return action.answers.empty() ||
         std::ranges::find(action.answers, sign.name) != action.answers.end();
}

/// Proposes every action of its domain that answers something that went wrong, because of the
/// gravest of that.
class ServiceRecoveryProposer final : public Proposer {
 public:
  std::string_view identity() const override { return "service_recovery/1"; }
  std::string_view domain() const override { return "service_recovery"; }

  void Propose(const ProposalContext& context, std::vector<Proposal>& proposals) const override {
    std::vector<const ServiceSign*> shown;
    for (const ServiceSign& sign : context.catalogue.service_recovery.signs) {
      if (Shows(sign, context)) shown.push_back(&sign);
    }
    const std::vector<ActionDefinition>& actions = context.catalogue.actions;
    for (std::uint32_t i = 0; i < actions.size(); ++i) {
      if (actions[i].domain != domain()) continue;
      const auto cause = std::ranges::find_if(
          shown, [&](const ServiceSign* sign) { return Answers(actions[i], *sign); });
      if (cause == shown.end()) continue;
      for (std::uint32_t j = 0; j < actions[i].treatments.size(); ++j) {
        proposals.push_back({.action = i, .treatment = j, .cause = (*cause)->feature});
      }
    }
  }
};

}  // namespace

namespace internal {

const Proposer& ServiceRecoveryProposerOf() {
  static const ServiceRecoveryProposer kProposer;
  return kProposer;
}

}  // namespace internal
}  // namespace evenkeel
