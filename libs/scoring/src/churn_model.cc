#include "evenkeel/scoring/churn_model.h"

#include <algorithm>
#include <limits>
#include <string>

#include "evenkeel/base/check.h"
#include "evenkeel/features/fixed_math.h"

namespace evenkeel {
namespace {

// No term may outweigh everything: e^100 and beyond say the same, and sums stay far from overflow.
constexpr std::int64_t kContributionMax = 1'000'000'000;

std::int64_t InUnits(Decimal value, std::uint8_t scale) {
  const std::optional<std::int64_t> units = Rescale(value, scale);
  EVENKEEL_CHECK(units.has_value());  // CheckScorecard() saw to it.
  return *units;
}

std::int64_t Bounded(Int128 micro) {
  return std::clamp(Saturate(micro), -kContributionMax, kContributionMax);
}

std::int64_t LogContribution(std::int64_t weight_micro, Int128 distance, std::int64_t per) {
  const std::int64_t above = Saturate(std::max<Int128>(distance, 0));
  const std::int64_t ln_micro = LogRatioMicro(Saturate(static_cast<Int128>(above) + per), per);
  return Bounded(DivideRounded(static_cast<Int128>(weight_micro) * ln_micro, kMillion));
}

std::int64_t SymbolWeight(const CardTerm& term, std::string_view symbol) {
  for (const CardSymbol& known : term.symbols) {
    if (known.value == symbol) return known.weight_micro;
  }
  return term.otherwise_micro;
}

}  // namespace

ChurnModel::ChurnModel(Scorecard card, const FeatureSet& features) : card_(std::move(card)) {
  for (const HazardCard& hazard : card_.hazards) {
    Hazard compiled{.source = &hazard, .terms = {}};
    for (const CardTerm& term : hazard.terms) compiled.terms.push_back(Compile(term, features));
    hazards_.push_back(std::move(compiled));
  }
}

ChurnModel::Term ChurnModel::Compile(const CardTerm& term, const FeatureSet& features) {
  const std::optional<std::size_t> feature = features.Find(term.feature);
  EVENKEEL_CHECK(feature.has_value());
  const std::uint8_t scale = features.definition(*feature).scale;
  Term compiled;
  compiled.feature = static_cast<std::uint32_t>(*feature);
  compiled.shape = term.shape;
  compiled.weight_micro = term.weight_micro;
  compiled.centre = InUnits(term.centre, scale);
  compiled.per = InUnits(term.per, scale);
  compiled.min = term.has_min ? InUnits(term.min, scale) : std::numeric_limits<std::int64_t>::min();
  compiled.max = term.has_max ? InUnits(term.max, scale) : std::numeric_limits<std::int64_t>::max();
  for (const CardBin& bin : term.bins) compiled.bin_from.push_back(InUnits(bin.from, scale));
  compiled.source = &term;
  return compiled;
}

std::int64_t ChurnModel::ContributionOf(const Term& term, const FeatureValue& value) {
  if (value.is_missing) return Bounded(term.source->missing_micro);
  const std::int64_t x = std::clamp(value.number, term.min, term.max);
  const Int128 distance = static_cast<Int128>(x) - term.centre;
  switch (term.shape) {
    case TermShape::kLinear:
      return Bounded(DivideRounded(term.weight_micro * distance, term.per));
    case TermShape::kLog1p:
      return LogContribution(term.weight_micro, distance, term.per);
    case TermShape::kBins: {
      const auto next = std::upper_bound(term.bin_from.begin(), term.bin_from.end(), x);
      if (next == term.bin_from.begin()) return Bounded(term.source->otherwise_micro);
      const auto index = static_cast<std::size_t>(next - term.bin_from.begin()) - 1;
      return Bounded(term.source->bins[index].weight_micro);
    }
    case TermShape::kSymbols:
      return Bounded(SymbolWeight(*term.source, value.symbol));
  }
  return 0;
}

void ChurnModel::Score(std::span<const FeatureValue> values, ChurnScore& score) const {
  score.card = card_.name;
  score.card_version = card_.version;
  score.period_ms = card_.period_ms;
  score.horizon_periods = card_.horizon_periods;
  score.hazards.resize(hazards_.size());
  for (std::size_t i = 0; i < hazards_.size(); ++i) {
    const HazardCard& card = *hazards_[i].source;
    HazardScore& hazard = score.hazards[i];
    hazard.cause = card.cause;
    hazard.intercept_micro = card.intercept_micro;
    hazard.linear_micro = card.intercept_micro;
    hazard.contributions.clear();
    for (const Term& term : hazards_[i].terms) {
      const std::int64_t micro = ContributionOf(term, values[term.feature]);
      hazard.linear_micro += micro;
      hazard.contributions.push_back({term.source->feature, micro});
    }
    hazard.hazard_ppb = card.link == HazardLink::kLogit ? SigmoidPpb(hazard.linear_micro)
                                                        : CloglogPpb(hazard.linear_micro);
  }
  ProjectOverHorizon(score);
}

void ProjectOverHorizon(ChurnScore& score) {
  std::int64_t total_ppb = 0;
  for (const HazardScore& hazard : score.hazards) total_ppb += hazard.hazard_ppb;
  // Two causes cannot take more than everybody: scale them down together.
  const std::int64_t scale = std::max(total_ppb, kBillion);
  const std::int64_t stay_q62 = PpbToQ62(kBillion - std::min(total_ppb, kBillion));
  // Those still there at the start of each period, summed: times a hazard, those it takes.
  Int128 exposure = 0;
  std::int64_t survival = kOneQ62;
  for (std::int32_t period = 0; period < score.horizon_periods; ++period) {
    exposure += survival;
    survival = MultiplyQ62(survival, stay_q62);
  }
  score.churn_ppb = 0;
  for (HazardScore& hazard : score.hazards) {
    const Int128 share_ppb = DivideRounded(Int128{hazard.hazard_ppb} * kBillion, scale);
    const Int128 taken = exposure * share_ppb;  // Below 2^68 times 2^30.
    hazard.churn_ppb = Saturate(DivideRounded(taken, kOneQ62));
    score.churn_ppb += hazard.churn_ppb;
  }
  if (score.churn_ppb > kBillion) score.hazards[0].churn_ppb -= score.churn_ppb - kBillion;
  score.churn_ppb = std::min(score.churn_ppb, kBillion);
}

}  // namespace evenkeel
