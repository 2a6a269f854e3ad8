#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "evenkeel/features/feature_set.h"
#include "evenkeel/model/churn_score.h"
#include "evenkeel/model/definition_problem.h"
#include "evenkeel/policy/condition.h"
#include "evenkeel/policy/customer_profile.h"

namespace evenkeel {

/// What conditions are asked about.
struct ConditionSubject {
  std::span<const FeatureValue> features;
  const ChurnScore& churn;
  const CustomerProfile& profile;
};

/// All that is wrong in `conditions`; `where` is "[index].field".
std::vector<DefinitionProblem> CheckConditions(const std::vector<Condition>& conditions,
                                               const FeatureSet& features);

/// Conditions that must all hold, compiled.
///
/// Thread-safety: immutable.
class ConditionSet {
 public:
  ConditionSet() = default;
  /// REQUIRES: CheckConditions() found nothing.
  ConditionSet(const std::vector<Condition>& conditions, const FeatureSet& features);

  /// The operand of the first condition that does not hold, or empty if all hold. It lives as long
  /// as this.
  std::string_view FirstFailing(const ConditionSubject& subject) const;

 private:
  enum class Operand : std::uint8_t {
    kFeature,
    kChurnTotal,
    kChurnVoluntary,
    kChurnInvoluntary,
    kKind,
    kJurisdiction,
    kSegment,
    kLanguage,
    kVulnerable,
    kAttribute,
  };
  struct Compiled {
    Condition source;
    Operand operand = Operand::kFeature;
    std::uint32_t feature = 0;
    bool is_symbol = false;
    std::string attribute;
    std::int64_t threshold = 0;  // In the operand's units.
  };
  struct Value {
    bool is_present = false;
    bool is_text = false;
    std::int64_t number = 0;
    std::string_view text;
  };

  static bool Parse(std::string_view operand, const FeatureSet& features, Compiled& compiled);
  static std::uint8_t ScaleOf(const Compiled& compiled, const FeatureSet& features);
  static Value ValueOf(const Compiled& compiled, const ConditionSubject& subject);
  static Value ChurnOf(Operand operand, const ChurnScore& churn);
  static Value AttributeOf(const Compiled& compiled, const CustomerProfile& profile);
  static bool Holds(const Compiled& compiled, const ConditionSubject& subject);
  friend std::vector<DefinitionProblem> CheckConditions(const std::vector<Condition>& conditions,
                                                        const FeatureSet& features);

  std::vector<Compiled> conditions_;
};

}  // namespace evenkeel
