#include "check_catalogue.h"

#include <algorithm>
#include <set>
#include <string>

#include "evenkeel/decision/proposer.h"
#include "evenkeel/features/fixed_math.h"
#include "evenkeel/policy/condition_set.h"

namespace evenkeel::internal {
namespace {

constexpr std::int64_t kMinuteMs = 60'000;
constexpr std::int64_t kHourMs = 60 * kMinuteMs;
constexpr std::int64_t kDayMs = 24 * kHourMs;
constexpr std::int64_t kMoneyMicroMax = 1'000'000'000'000'000;

bool IsName(const std::string& name) {
  const auto is_fine = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), is_fine);
}

class Checker {
 public:
  Checker(const CoreDefinition& definition, const FeatureSet& features)
      : definition_(definition), catalogue_(definition.catalogue), features_(features) {}

  std::vector<DefinitionProblem> Run() {
    CheckValue();
    CheckSigns();
    CheckSegments();
    for (std::size_t i = 0; i < catalogue_.actions.size(); ++i) {
      CheckAction(catalogue_.actions[i], At("actions", i));
    }
    for (std::size_t i = 0; i < catalogue_.points.size(); ++i) {
      CheckPoint(catalogue_.points[i], At("points", i));
    }
    if (catalogue_.points.empty()) Say("catalogue.points", "none: nothing would ever be decided");
    if (catalogue_.points.size() > 16) Say("catalogue.points", "more than 16");
    return std::move(problems_);
  }

 private:
  void Say(std::string where, std::string problem) {
    problems_.push_back({std::move(where), std::move(problem)});
  }

  static std::string At(const char* list, std::size_t index) {
    return std::string("catalogue.") + list + "[" + std::to_string(index) + "].";
  }

  void CheckRange(std::string where, std::int64_t value, std::int64_t min, std::int64_t max) {
    if (value >= min && value <= max) return;
    Say(std::move(where), std::to_string(value) + " is out of range: " + std::to_string(min) +
                              " to " + std::to_string(max));
  }

  void CheckName(const std::string& where, const std::string& name, std::set<std::string>& taken) {
    if (!IsName(name)) Say(where, "'" + name + "' is no name: a-z, 0-9, _ and -, at most 64");
    if (!taken.insert(name).second) Say(where, "'" + name + "' is taken: names are unique");
  }

  void CheckValue() {
    const ValueDefinition& value = catalogue_.value;
    if (!value.margin_feature.empty()) {
      const auto feature = features_.Find(value.margin_feature);
      if (!feature || features_.definition(*feature).is_symbol) {
        Say("catalogue.value.margin_feature",
            "'" + value.margin_feature + "' is no number feature of this bundle");
      }
    }
    CheckRange("catalogue.value.margin_share_ppm", value.margin_share_ppm, 0, kMillion);
    CheckRange("catalogue.value.margin_micro", value.margin_micro, -kMoneyMicroMax, kMoneyMicroMax);
    CheckRange("catalogue.value.periods_after", value.periods_after, 0, 120);
    CheckRange("catalogue.value.discount_ppm", value.discount_ppm, 0, kMillion - 1);
    CheckRange("catalogue.value.effect_keep_ppm", value.effect_keep_ppm, 0, kMillion);
    CheckRange("catalogue.retention.voluntary_min_ppb", catalogue_.retention.voluntary_min_ppb, 0,
               kBillion);
    CheckRange("catalogue.retention.involuntary_min_ppb", catalogue_.retention.involuntary_min_ppb,
               0, kBillion);
  }

  void CheckSigns() {
    const ValueDefinition& value = catalogue_.value;
    CheckRange("catalogue.value.resolution_micro", value.resolution_micro.value_or(0), 0,
               kMoneyMicroMax);
    CheckRange("catalogue.value.complaint_micro", value.complaint_micro.value_or(0), 0,
               kMoneyMicroMax);
    const std::vector<ServiceSign>& signs = catalogue_.service_recovery.signs;
    for (std::size_t i = 0; i < signs.size(); ++i) {
      const std::string at = At("service_recovery.signs", i);
      const auto feature = features_.Find(signs[i].feature);
      if (!feature || features_.definition(*feature).is_symbol) {
        Say(at + "feature", "'" + signs[i].feature + "' is no number feature of this bundle");
      } else if (!Rescale(signs[i].limit, features_.definition(*feature).scale)) {
        Say(at + "limit", "has more decimals than the feature '" + signs[i].feature + "'");
      }
    }
  }

  static std::string NobodyProposes(const std::string& domain) {
    return "nobody proposes for '" + domain + "': use " + std::string(ProposedDomains());
  }

  void CheckAllConditions(const std::string& where, const std::vector<Condition>& conditions) {
    for (DefinitionProblem& problem : CheckConditions(conditions, features_)) {
      Say(where + problem.where, std::move(problem.problem));
    }
  }

  void CheckSegments() {
    for (std::size_t i = 0; i < catalogue_.segments.size(); ++i) {
      CheckName(At("segments", i) + "name", catalogue_.segments[i].name, segments_);
      CheckAllConditions(At("segments", i) + "conditions", catalogue_.segments[i].conditions);
    }
  }

  void CheckAction(const ActionDefinition& action, const std::string& at) {
    CheckName(at + "name", action.name, actions_);
    if (FindProposer(action.domain) == nullptr) {
      Say(at + "domain", NobodyProposes(action.domain));
    }
    if (action.purpose.empty()) Say(at + "purpose", "none: consent is asked per purpose");
    const auto& hazards = definition_.scorecard.hazards;
    const bool is_caused = std::any_of(hazards.begin(), hazards.end(), [&](const HazardCard& card) {
      return card.cause == action.cause;
    });
    if (!is_caused) Say(at + "cause", "the card has no hazard of this cause");
    CheckAllConditions(at + "eligible", action.eligible);
    CheckAllConditions(at + "applicable", action.applicable);
    CheckAllConditions(at + "suitable", action.suitable);
    CheckRange(at + "incentive.amount_micro", action.incentive.amount_micro, 0, kMoneyMicroMax);
    CheckRange(at + "incentive.take_up_ppm", action.incentive.take_up_ppm, 0, kMillion);
    CheckRange(at + "incentive.payments", action.incentive.payments, 0, 120);
    CheckRange(at + "fatigue_micro", action.fatigue_micro, 0, kMoneyMicroMax);
    CheckRange(at + "risk_micro", action.risk_micro, 0, kMoneyMicroMax);
    CheckOutcomes(action, at);
    CheckTreatments(action, at);
  }

  void CheckOutcomes(const ActionDefinition& action, const std::string& at) {
    if (action.uplift.empty() && action.resolution.empty() && action.complaint.empty()) {
      Say(at + "uplift", "no prior: say what the action changes");
    }
    CheckPriors(action.uplift, at + "uplift");
    CheckPriors(action.resolution, at + "resolution");
    CheckPriors(action.complaint, at + "complaint");
    if (!action.resolution.empty() && !catalogue_.value.resolution_micro) {
      Say(at + "resolution", "the bundle does not say what one is worth: add value.resolution");
    }
    if (!action.complaint.empty() && !catalogue_.value.complaint_micro) {
      Say(at + "complaint", "the bundle does not say what one costs: add value.complaint");
    }
    for (const std::string& sign : action.answers) {
      const auto& signs = catalogue_.service_recovery.signs;
      if (std::ranges::find(signs, sign, &ServiceSign::name) != signs.end()) continue;
      Say(at + "answers", "'" + sign + "' is no sign that service_recovery looks for");
    }
  }

  void CheckPriors(const std::vector<UpliftPrior>& priors, const std::string& list) {
    std::set<std::string> taken;
    for (std::size_t i = 0; i < priors.size(); ++i) {
      const UpliftPrior& prior = priors[i];
      const std::string where = list + "[" + std::to_string(i) + "].";
      if (!prior.segment.empty() && !segments_.contains(prior.segment)) {
        Say(where + "segment", "'" + prior.segment + "' is no segment of this catalogue");
      }
      if (!taken.insert(prior.segment).second) {
        Say(where + "segment", "'" + prior.segment + "' has a prior already");
      }
      CheckRange(where + "low_ppb", prior.low_ppb, -kBillion, prior.mean_ppb);
      CheckRange(where + "high_ppb", prior.high_ppb, prior.mean_ppb, kBillion);
      if (prior.basis != UpliftBasis::kAssumed) {
        Say(where + "basis", "only assumed priors are known so far");
      }
    }
  }

  void CheckTreatments(const ActionDefinition& action, const std::string& at) {
    if (action.treatments.empty()) Say(at + "treatments", "none: name at least one channel");
    std::set<std::string> taken;
    for (std::size_t i = 0; i < action.treatments.size(); ++i) {
      const TreatmentDefinition& treatment = action.treatments[i];
      const std::string where = at + "treatments[" + std::to_string(i) + "].";
      CheckName(where + "name", treatment.name, taken);
      if (!IsName(treatment.channel)) {
        Say(where + "channel", "'" + treatment.channel + "' is no channel's name");
      }
      CheckRange(where + "cost_micro", treatment.cost_micro, 0, kMoneyMicroMax);
      CheckRange(where + "send_window_ms", treatment.send_window_ms, kMinuteMs, 30 * kDayMs);
    }
  }

  void CheckPoint(const DecisionPointDefinition& point, const std::string& at) {
    CheckName(at + "name", point.name, points_);
    if (point.direction != Direction::kOutbound) {
      Say(at + "direction", "only outbound points are decided so far");
    }
    if (point.default_action != kNoActionName) {
      Say(at + "default_action", "'" + point.default_action + "': outbound it is NO_ACTION");
    }
    if (point.on_signal.empty() && point.on_due.empty() && point.every_ms == 0) {
      Say(at + "on_signal",
          "neither a signal nor a deadline nor a period: it would never be decided");
    }
    for (const std::string& name : point.on_due) {
      const auto feature = features_.Find(name);
      if (feature && !features_.definition(*feature).cases.due.empty()) continue;
      Say(at + "on_due", "'" + name + "' is no feature of open cases with a deadline");
    }
    for (const SignalMatch& match : point.on_signal) {
      if (match.types.empty()) Say(at + "on_signal", "a match without a signal type");
    }
    if (point.every_ms != 0) CheckRange(at + "every_ms", point.every_ms, kHourMs, 400 * kDayMs);
    CheckRange(at + "min_interval_ms", point.min_interval_ms, 0, 400 * kDayMs);
    CheckRange(at + "max_signal_age_ms", point.max_signal_age_ms, 0, 400 * kDayMs);
    if (point.domains.empty()) Say(at + "domains", "none: nobody would propose anything");
    for (const std::string& domain : point.domains) {
      if (FindProposer(domain) == nullptr) {
        Say(at + "domains", NobodyProposes(domain));
      }
    }
  }

  const CoreDefinition& definition_;
  const Catalogue& catalogue_;
  const FeatureSet& features_;
  std::set<std::string> segments_;
  std::set<std::string> actions_;
  std::set<std::string> points_;
  std::vector<DefinitionProblem> problems_;
};

}  // namespace

std::vector<DefinitionProblem> CheckCatalogue(const CoreDefinition& definition,
                                              const FeatureSet& features) {
  return Checker(definition, features).Run();
}

}  // namespace evenkeel::internal
