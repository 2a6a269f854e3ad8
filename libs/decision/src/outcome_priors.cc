#include "outcome_priors.h"

namespace evenkeel {
namespace {

const UpliftPrior* PriorOf(const std::vector<UpliftPrior>& priors, std::string_view segment) {
  const UpliftPrior* fallback = nullptr;
  for (const UpliftPrior& prior : priors) {
    if (prior.segment.empty()) fallback = &prior;
    if (!prior.segment.empty() && prior.segment == segment) return &prior;
  }
  return fallback;
}

std::optional<std::int64_t> ChangeOf(const UpliftPrior* prior,
                                     std::int64_t UpliftPrior::* estimate) {
  return prior == nullptr ? std::nullopt : std::optional(prior->*estimate);
}

std::optional<UsedUplift> Used(const UpliftPrior* prior, std::int64_t used_ppb) {
  if (prior == nullptr) return {};
  return UsedUplift{prior->basis,   prior->segment,  prior->mean_ppb,
                    prior->low_ppb, prior->high_ppb, used_ppb};
}

}  // namespace

OutcomePriors::OutcomePriors(const ActionDefinition& action, std::string_view segment,
                             const ChurnScore& churn)
    : churn_(churn),
      cause_(action.cause),
      survival_(PriorOf(action.uplift, segment)),
      resolution_(PriorOf(action.resolution, segment)),
      complaint_(PriorOf(action.complaint, segment)) {}

bool OutcomePriors::empty() const {
  return survival_ == nullptr && resolution_ == nullptr && complaint_ == nullptr;
}

OutcomeChanges OutcomePriors::Mean() const {
  return At(&UpliftPrior::mean_ppb, &UpliftPrior::mean_ppb);
}

OutcomeChanges OutcomePriors::Worst() const {
  return At(&UpliftPrior::low_ppb, &UpliftPrior::high_ppb);
}

OutcomeChanges OutcomePriors::Best() const {
  return At(&UpliftPrior::high_ppb, &UpliftPrior::low_ppb);
}

void OutcomePriors::Describe(Candidate& candidate) const {
  candidate.uplift = Used(survival_, survival_ == nullptr ? 0 : Bounded(survival_->mean_ppb));
  candidate.resolution = Used(resolution_, resolution_ == nullptr ? 0 : resolution_->mean_ppb);
  candidate.complaint = Used(complaint_, complaint_ == nullptr ? 0 : complaint_->mean_ppb);
}

OutcomeChanges OutcomePriors::At(std::int64_t UpliftPrior::* gain,
                                 std::int64_t UpliftPrior::* loss) const {
  OutcomeChanges changes{.survival_ppb = ChangeOf(survival_, gain),
                         .resolution_ppb = ChangeOf(resolution_, gain),
                         .complaint_ppb = ChangeOf(complaint_, loss)};
  if (changes.survival_ppb) changes.survival_ppb = Bounded(*changes.survival_ppb);
  return changes;
}

std::int64_t OutcomePriors::Bounded(std::int64_t uplift_ppb) const {
  return BoundedUpliftPpb(uplift_ppb, cause_, churn_);
}

}  // namespace evenkeel
