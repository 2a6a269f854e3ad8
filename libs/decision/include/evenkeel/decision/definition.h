#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "evenkeel/base/hash.h"
#include "evenkeel/decision/catalogue.h"
#include "evenkeel/features/definition.h"
#include "evenkeel/model/definition_problem.h"
#include "evenkeel/model/money.h"
#include "evenkeel/policy/definition.h"
#include "evenkeel/scoring/scorecard.h"

namespace evenkeel {

/// Limits that the configuration sets, not the bundle.
struct StateLimits {
  std::int64_t bytes_max = 64 * 1024;
  /// How long the state of a feature that the bundle no longer has is kept, in case it comes back.
  std::int64_t keep_removed_ms = 30LL * 24 * 3600 * 1000;
};

/// All that a bundle says to the decision core: what a loader fills and DecisionCore::Create
/// compiles.
struct CoreDefinition {
  std::string name;
  std::string version;
  Sha256Digest digest{};  ///< Of the bundle's files: named in every decision.
  Currency currency;      ///< Of all money in the catalogue.
  DuplicatePolicy duplicates;
  std::vector<FeatureDefinition> features;
  Scorecard scorecard;
  PolicyDefinition policy;
  Catalogue catalogue;
  /// A score is reported when it moved by more, in billionths. Nothing: none ever is.
  std::optional<std::int64_t> score_step_ppb;
};

/// All that is wrong in `definition` (names, ranges, references, golden rows): empty if and only if
/// DecisionCore::Create takes it.
std::vector<DefinitionProblem> CheckDefinition(const CoreDefinition& definition);

}  // namespace evenkeel
