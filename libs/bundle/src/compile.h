#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bundle_doc.h"
#include "catalogue_doc.h"
#include "features_doc.h"
#include "model_doc.h"
#include "policy_doc.h"

#include "evenkeel/bundle/time_zones.h"
#include "evenkeel/decision/definition.h"

namespace evenkeel::internal {

/// The files of a bundle as written.
struct BundleDocs {
  BundleDoc bundle;
  std::string model_file;
  FeaturesDoc features;
  ModelDoc model;
  CatalogueDoc catalogue;
  PolicyDoc policy;
};

/// What the parts of a bundle's compilation share: all that was written, what becomes of it, and
/// where complaints go. What is wrong is complained about and otherwise compiled as well as it can
/// be, so that everything wrong shows at once.
struct CompileScope {
  const BundleDocs& docs;
  CoreDefinition& core;
  Diagnostics& diagnostics;

  void Error(const Place& place, std::string_view path, std::string message) {
    diagnostics.Add(place, path, std::move(message));
  }

  /// Complains unless `name` is one of `known`: "there is no feature 'x'; did you mean 'y'?".
  bool Knows(std::string_view kind, const Placed<std::string>& name,
             const std::vector<std::string>& known);

  /// `number` if it is in the range, else `least` after a complaint.
  std::int64_t InRange(std::int64_t number, std::int64_t least, std::int64_t most,
                       const Place& place, std::string_view path);
  std::int64_t InRange(const Placed<std::int64_t>& number, std::int64_t least, std::int64_t most) {
    return number.is_read ? InRange(*number, least, most, number.place, number.path) : least;
  }

  /// Milliseconds of a duration within the bounds.
  std::int64_t Millis(const Placed<Span>& span, std::chrono::milliseconds least,
                      std::chrono::milliseconds most);

  /// Millionths of the bundle's currency; not below zero.
  std::int64_t Micros(const Placed<Money>& money);

  /// The number as it is, after a complaint where a duration stands for a feature that is no
  /// `time_since` (or for what is no feature).
  Decimal Number(const Quantity& quantity, const FeatureDoc* feature, const Place& place,
                 std::string_view path);

  SignalMatch Match(const std::vector<Placed<std::string>>& on, const FieldTests& when,
                    const Place& place, std::string_view path);
  std::vector<Condition> Conditions(const KnownTests& tests);
};

constexpr std::chrono::milliseconds kDay = std::chrono::hours(24);

void CompileFeatures(CompileScope& scope);
void CompileModel(CompileScope& scope);
void CompileCatalogue(CompileScope& scope);
void CompilePolicy(CompileScope& scope);
void CompileTimeZones(CompileScope& scope, const TimeZoneDatabase& zones);

}  // namespace evenkeel::internal
