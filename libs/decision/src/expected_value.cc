#include "evenkeel/decision/expected_value.h"

#include <algorithm>

#include "evenkeel/features/fixed_math.h"
#include "evenkeel/model/decimal.h"

namespace evenkeel {
namespace {

// Money beyond a billion of any currency per customer is a mistake: bounding it keeps every product
// below within 128 bits.
constexpr std::int64_t kMoneyMicroMax = 1'000'000'000'000'000;

std::int64_t PpmToQ62(std::int64_t ppm) { return PpbToQ62(ppm * 1000); }

std::int64_t StayQ62(const ChurnScore& churn) {
  std::int64_t leave_ppb = 0;
  for (const HazardScore& hazard : churn.hazards) leave_ppb += hazard.hazard_ppb;
  return PpbToQ62(kBillion - std::min(leave_ppb, kBillion));
}

std::int64_t Bounded(std::int64_t money_micro) {
  return std::clamp(money_micro, -kMoneyMicroMax, kMoneyMicroMax);
}

// The chance to be there at the end of each period, with the action.
class SurvivalWithAction {
 public:
  SurvivalWithAction(const ValueDefinition& value, const ChurnScore& churn, std::int64_t uplift_ppb)
      : stay_q62_(StayQ62(churn)),
        keep_q62_(MultiplyQ62(stay_q62_, PpmToQ62(value.effect_keep_ppm))),
        horizon_(churn.horizon_periods),
        uplift_q62_(PpbToQ62(uplift_ppb)) {}

  /// The next period's.
  std::int64_t Next() {
    ++period_;
    without_ = MultiplyQ62(without_, stay_q62_);
    if (period_ <= horizon_) {
      effect_ = static_cast<std::int64_t>(static_cast<Int128>(uplift_q62_) * period_ / horizon_);
    } else {
      effect_ = MultiplyQ62(effect_, keep_q62_);
    }
    return std::clamp(without_ + effect_, std::int64_t{0}, kOneQ62);
  }

 private:
  std::int64_t stay_q62_;
  std::int64_t keep_q62_;
  std::int32_t horizon_;
  std::int64_t uplift_q62_;
  std::int32_t period_ = 0;
  std::int64_t without_ = kOneQ62;
  std::int64_t effect_ = 0;
};

// How often an incentive is paid, discounted, per customer who takes it up.
Int128 PaymentsQ62(const IncentiveDefinition& incentive, const ValueDefinition& value,
                   const ChurnScore& churn, std::int64_t uplift_ppb) {
  if (incentive.payments == 0) return kOneQ62;
  const std::int64_t discount = PpmToQ62(kMillion - value.discount_ppm);
  SurvivalWithAction survival(value, churn, uplift_ppb);
  std::int64_t worth = kOneQ62;
  Int128 sum = 0;
  for (std::int32_t payment = 0; payment < incentive.payments; ++payment) {
    worth = MultiplyQ62(worth, discount);
    sum += MultiplyQ62(survival.Next(), worth);
  }
  return sum;
}

std::int64_t IncentiveMicro(const IncentiveDefinition& incentive, Int128 payments_q62) {
  const Int128 expected_micro = DivideRounded(
      static_cast<Int128>(Bounded(incentive.amount_micro)) * incentive.take_up_ppm, kMillion);
  // Below 2^50 times 2^68.
  return Saturate(DivideRounded(expected_micro * payments_q62, kOneQ62));
}

EvPart PartOf(std::optional<std::int64_t> change_ppb, std::optional<std::int64_t> value_micro) {
  if (!change_ppb || !value_micro) return {};
  return {true, Saturate(DivideRounded(static_cast<Int128>(*change_ppb) * *value_micro, kBillion))};
}

std::optional<std::int64_t> Negated(std::optional<std::int64_t> micro) {
  return micro ? std::optional(-*micro) : std::nullopt;
}

}  // namespace

std::int64_t SurvivalValueMicro(const ValueDefinition& value, std::int64_t margin_micro,
                                const ChurnScore& churn) {
  const std::int64_t discount = PpmToQ62(kMillion - value.discount_ppm);
  const std::int64_t keep = MultiplyQ62(StayQ62(churn), PpmToQ62(value.effect_keep_ppm));
  const std::int32_t horizon = churn.horizon_periods;
  std::int64_t worth = kOneQ62;
  Int128 sum = 0;
  for (std::int32_t period = 1; period <= horizon; ++period) {
    worth = MultiplyQ62(worth, discount);
    sum += static_cast<Int128>(worth) * period / horizon;
  }
  for (std::int32_t period = 1; period <= value.periods_after; ++period) {
    worth = MultiplyQ62(MultiplyQ62(worth, discount), keep);
    sum += worth;
  }
  // Margin below 2^50, at most 180 periods.
  return Saturate(DivideRounded(Bounded(margin_micro) * sum, kOneQ62));
}

std::int64_t MarginMicro(const ValueDefinition& value, const FeatureSet& features,
                         std::span<const FeatureValue> values) {
  if (value.margin_feature.empty()) return value.margin_micro;
  const std::optional<std::size_t> index = features.Find(value.margin_feature);
  if (!index || values[*index].is_missing) return value.margin_micro;
  const std::int64_t unit = PowerOfTen(features.definition(*index).scale);
  const Int128 share = static_cast<Int128>(values[*index].number) * value.margin_share_ppm;
  return Bounded(Saturate(DivideRounded(share, unit)));
}

std::int64_t BoundedUpliftPpb(std::int64_t uplift_ppb, ChurnCause cause, const ChurnScore& churn) {
  std::int64_t leaving = 0;
  for (const HazardScore& hazard : churn.hazards) {
    if (hazard.cause == cause) leaving = hazard.churn_ppb;
  }
  return std::clamp(uplift_ppb, -(kBillion - churn.churn_ppb), leaving);
}

EvParts ExpectedValue(const ActionDefinition& action, const TreatmentDefinition& treatment,
                      const ValueDefinition& value, const ChurnScore& churn,
                      std::int64_t value_micro, const OutcomeChanges& changes) {
  EvParts parts;
  parts.survival = PartOf(changes.survival_ppb, value_micro);
  parts.resolution = PartOf(changes.resolution_ppb, value.resolution_micro);
  parts.complaint = PartOf(changes.complaint_ppb, Negated(value.complaint_micro));
  parts.incentive = {
      true, -IncentiveMicro(action.incentive, PaymentsQ62(action.incentive, value, churn,
                                                          changes.survival_ppb.value_or(0)))};
  parts.contact = {true, -treatment.cost_micro};
  parts.fatigue = {true, -action.fatigue_micro};
  parts.risk = {true, -action.risk_micro};
  return parts;
}

}  // namespace evenkeel
