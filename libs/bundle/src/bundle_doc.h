#pragma once

#include <optional>
#include <string>
#include <vector>

#include "values.h"

#include "evenkeel/policy/definition.h"

// bundle.yaml as written.

namespace evenkeel::internal {

struct EpochDoc {
  static constexpr std::string_view kTitle = "Holdout epoch";
  static constexpr std::string_view kAbout = "From when on the holdout is drawn with which salt.";
  TimeMs from;
  std::string salt;
  Place place;
  std::string path;
  void Describe(Fields& f) {
    f.Required("from", from, "First moment of the epoch.");
    f.Required("salt", salt,
               "Any text of 8 characters or more; another one draws other customers.");
  }
};

struct HoldoutDoc {
  static constexpr std::string_view kTitle = "Holdout";
  static constexpr std::string_view kAbout =
      "Customers from whom actions are withheld, as the yardstick. They are decided about like all "
      "others, and the decision is recorded.";
  Share share;
  Share rotating;
  std::vector<EpochDoc> epochs;
  Place place;
  std::string path;
  void Describe(Fields& f) {
    f.Required("share", share, "Of all customers.");
    f.Optional("rotating", rotating, "Part of the share that is drawn anew in each epoch.");
    f.Required("epochs", epochs, "In order of time, at least one.");
  }
};

struct WorthDoc {
  static constexpr std::string_view kTitle = "Value of a customer";
  static constexpr std::string_view kAbout =
      "What a customer is worth who stays: the margin of each period of the model, for its horizon "
      "and some periods more. After the horizon the customer leaves at their own hazard.";
  std::optional<Placed<std::string>> margin_feature;
  Share margin_share{1'000'000};
  Placed<Money> margin;
  std::int64_t periods_after = 0;
  Share discount;
  Share effect_keep{1'000'000};
  std::optional<Placed<Money>> resolution;
  std::optional<Placed<Money>> complaint;
  Place place;
  std::string path;
  void Describe(Fields& f) {
    f.Optional("margin_feature", margin_feature,
               "Feature that says what a customer pays a period.");
    f.Optional("margin_share", margin_share, "What of that is margin.");
    f.Required("margin", margin, "Margin of a period where the feature knows nothing.");
    f.Optional("periods_after", periods_after, "Periods after the horizon that count, 0 to 120.");
    f.Optional("discount", discount, "What a period of waiting takes off.");
    f.Optional("effect_keep", effect_keep,
               "What is left of an action's effect after each period past the horizon.");
    f.Optional("resolution", resolution,
               "What a problem that is solved is worth, beyond the customer's staying.");
    f.Optional("complaint", complaint, "What a complaint costs, beyond the customer's leaving.");
  }
};

struct DuplicatesDoc {
  static constexpr std::string_view kTitle = "Repeats";
  static constexpr std::string_view kAbout =
      "How long the ids of a customer's signals are remembered. A repeat after that counts again.";
  Span horizon{std::chrono::hours(7 * 24)};
  std::int64_t ids_max = 256;
  Place place;
  std::string path;
  void Describe(Fields& f) {
    f.Optional("horizon", horizon, "In event time, back from the newest signal.");
    f.Optional("ids_max", ids_max, "Ids that are kept, the newest: 0 to 4096.");
  }
};

struct ScoresDoc {
  static constexpr std::string_view kTitle = "Scores";
  static constexpr std::string_view kAbout =
      "Which scores are written to the topic `scores.v1`: a customer's first, and those that "
      "moved.";
  Share step;
  Place place;
  std::string path;
  void Describe(Fields& f) {
    f.Required("step", step,
               "Written again when the chance to leave moved by more, in points: `1 %` from 4 % to "
               "below 3 % or above 5 %.");
  }
};

struct BundleDoc {
  static constexpr std::string_view kTitle = "bundle.yaml";
  static constexpr std::string_view kAbout = "What holds for the bundle as a whole.";
  std::int64_t format = 1;
  Placed<Name> name;
  std::string version;
  std::string about;
  Placed<Currency> currency;
  Placed<std::string> time_zone;
  std::vector<Placed<std::string>> time_zones;
  WorthDoc value;
  std::optional<HoldoutDoc> holdout;
  DuplicatesDoc duplicates;
  std::optional<ScoresDoc> scores;
  Place place;
  void Describe(Fields& f) {
    f.Optional("format", format, "Of bundles: 1.");
    f.Required("name", name, "Of the bundle; its versions share it.");
    f.Required("version", version, "As its author calls it. The digest says what it really is.");
    f.Optional("about", about, "For people.");
    f.Required("currency", currency, "Of all money in the bundle.");
    f.Required("time_zone", time_zone, "Of customers whose own is not known: an IANA name.");
    f.Optional("time_zones", time_zones, "Zones customers may live in; `[all]` for all there are.");
    f.Required("value", value, "What keeping a customer is worth.");
    f.Optional("holdout", holdout, "Without it, nobody is held out.");
    f.Optional("duplicates", duplicates, "How repeats are told.");
    f.Optional("scores", scores, "Without it, scores are answered when asked, and not written.");
  }
};

}  // namespace evenkeel::internal
