#pragma once

#include <optional>
#include <string>
#include <vector>

#include "condition_doc.h"
#include "values.h"

#include "evenkeel/scoring/scorecard.h"

// models/*.yaml as written.

namespace evenkeel::internal {

template <>
struct Words<HazardLink> {
  static constexpr std::pair<std::string_view, HazardLink> kAll[] = {
      {"logit", HazardLink::kLogit}, {"cloglog", HazardLink::kCloglog}};
};
template <>
struct Words<TermShape> {
  static constexpr std::pair<std::string_view, TermShape> kAll[] = {
      {"linear", TermShape::kLinear},
      {"log1p", TermShape::kLog1p},
      {"bins", TermShape::kBins},
      {"symbols", TermShape::kSymbols}};
};

/// A weight in log-odds, in millionths.
struct Weight {
  std::int64_t micro = 0;
};
template <>
struct Value<Weight> : PlainValue {
  static std::string TypeName() { return "number"; }
  static std::string Show(const Weight& v) { return "`" + FormatScaled(v.micro, 6) + "`"; }
  static void Read(const Cursor& cursor, Weight& target);
};

/// A chance from 0 to 1, in billionths: "0.0512" or "5.12 %".
struct Chance {
  std::int64_t ppb = 0;
};
template <>
struct Value<Chance> : PlainValue {
  static std::string TypeName() { return "chance"; }
  static std::string Show(const Chance& v) { return "`" + FormatScaled(v.ppb, 9) + "`"; }
  static void Read(const Cursor& cursor, Chance& target);
};

struct BinDoc {
  static constexpr std::string_view kTitle = "Bin";
  static constexpr std::string_view kAbout = "A weight from a value on, up to the next bin.";
  Quantity from;
  Weight weight;
  Place place;
  std::string path;
  void Describe(Fields& f) {
    f.Required("from", from, "First value of the bin.");
    f.Required("weight", weight, "What it adds to the log-odds.");
  }
};

/// Words of a feature and their weights.
struct SymbolWeights {
  std::vector<std::pair<std::string, Weight>> weights;
};
template <>
struct Value<SymbolWeights> : PlainValue {
  static std::string TypeName() { return "map of texts to numbers"; }
  static std::string Show(const SymbolWeights&) { return "none"; }
  static void Read(const Cursor& cursor, SymbolWeights& target);
};

struct TermDoc {
  static constexpr std::string_view kTitle = "Term";
  static constexpr std::string_view kAbout =
      "What a feature adds to the log-odds. linear: `weight * (x - centre) / per`; log1p: `weight "
      "* "
      "ln(1 + max(0, x - centre) / per)`; bins and symbols: the weight of the one that fits.";
  Placed<std::string> feature;
  TermShape shape = TermShape::kLinear;
  Weight weight;
  Quantity centre;
  Quantity per{{1, 0}, false};
  std::optional<Quantity> min;
  std::optional<Quantity> max;
  std::vector<BinDoc> bins;
  SymbolWeights symbols;
  Weight otherwise;
  Weight missing;
  Place place;
  std::string path;
  void Describe(Fields& f) {
    f.Required("feature", feature, "A feature of features.yaml.");
    f.Optional("shape", shape, "How the value acts.");
    f.Optional("weight", weight, "Of linear and log1p.");
    f.Optional("centre", centre, "Value that adds nothing.");
    f.Optional("per", per, "Step that the weight is for; above 0.");
    f.Optional("min", min, "Values below count as this.");
    f.Optional("max", max, "Values above count as this.");
    f.Optional("bins", bins, "Of bins, rising.");
    f.Optional("symbols", symbols, "Of symbols: the weight of each word.");
    f.Optional("otherwise", otherwise, "Weight below the first bin, and of other words.");
    f.Optional("missing", missing, "Weight where the customer has no such feature yet.");
  }
};

struct HazardDoc {
  static constexpr std::string_view kTitle = "Hazard";
  static constexpr std::string_view kAbout =
      "The chance to leave for one cause within one period, given that the customer is still "
      "there.";
  HazardLink link = HazardLink::kLogit;
  Weight intercept;
  std::vector<TermDoc> terms;
  Place place;
  std::string path;
  void Describe(Fields& f) {
    f.Optional("link", link, "From log-odds (logit) or log-hazard (cloglog) to the chance.");
    f.Required("intercept", intercept, "Where no term adds anything.");
    f.Optional("terms", terms, "Added up.");
  }
};

struct HazardsDoc {
  static constexpr std::string_view kTitle = "Hazards";
  static constexpr std::string_view kAbout = "Why customers leave, each cause apart.";
  std::optional<HazardDoc> voluntary;
  std::optional<HazardDoc> involuntary;
  void Describe(Fields& f) {
    f.Optional("voluntary", voluntary, "They cancel, or stop to come.");
    f.Optional("involuntary", involuntary, "A payment fails for good.");
  }
};

/// Values of features in a golden row.
struct GoldenInputs {
  struct Item {
    std::string feature;
    Place place;
    std::string path;
    Literal value;
  };
  std::vector<Item> items;
};
template <>
struct Value<GoldenInputs> : PlainValue {
  static std::string TypeName() { return "map of features to numbers, durations or texts"; }
  static std::string Show(const GoldenInputs&) { return "none"; }
  static void Read(const Cursor& cursor, GoldenInputs& target);
};

struct GoldenDoc {
  static constexpr std::string_view kTitle = "Golden row";
  static constexpr std::string_view kAbout =
      "An example with its answer, computed elsewhere. A model that disagrees is refused.";
  std::string name;
  GoldenInputs inputs;
  Chance churn;
  Chance tolerance{1000};
  Place place;
  std::string path;
  void Describe(Fields& f) {
    f.Required("name", name, "For people.");
    f.Required("inputs", inputs, "Features that the customer has; others are missing.");
    f.Required("churn", churn, "Chance to leave over the horizon.");
    f.Optional("tolerance", tolerance, "How far off the model may be.");
  }
};

struct ModelDoc {
  static constexpr std::string_view kTitle = "models/*.yaml";
  static constexpr std::string_view kAbout =
      "A churn model in discrete time. A bundle has exactly one.";
  Placed<Name> name;
  std::string version;
  std::string about;
  Placed<Span> period{{std::chrono::hours(30 * 24)}, {}, {}};
  std::int64_t horizon_periods = 3;
  HazardsDoc hazards;
  std::vector<GoldenDoc> golden;
  Place place;
  void Describe(Fields& f) {
    f.Required("name", name, "Of the model.");
    f.Required("version", version, "As its author calls it.");
    f.Optional("about", about, "For people: what it was learnt from.");
    f.Optional("period", period, "Step of the model's time.");
    f.Optional("horizon_periods", horizon_periods,
               "Periods that the chance to leave is for: 1 to 60.");
    f.Required("hazards", hazards, "One or two.");
    f.Required("golden", golden, "At least one.");
  }
};

}  // namespace evenkeel::internal
