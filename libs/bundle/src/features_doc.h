#pragma once

#include <optional>
#include <string>
#include <vector>

#include "condition_doc.h"
#include "values.h"

#include "evenkeel/features/definition.h"

// features.yaml as written.

namespace evenkeel::internal {

template <>
struct Words<FeatureKind> {
  static constexpr std::pair<std::string_view, FeatureKind> kAll[] = {
      {"count", FeatureKind::kCount},
      {"sum", FeatureKind::kSum},
      {"decayed_sum", FeatureKind::kDecayedSum},
      {"last", FeatureKind::kLast},
      {"time_since", FeatureKind::kTimeSince},
      {"open_cases", FeatureKind::kOpenCases}};
};
template <>
struct Words<CaseReading> {
  static constexpr std::pair<std::string_view, CaseReading> kAll[] = {
      {"open", CaseReading::kOpen},
      {"overdue", CaseReading::kOverdue},
      {"due_in", CaseReading::kDueIn}};
};

struct NumberDoc {
  static constexpr std::string_view kTitle = "Number of a signal";
  static constexpr std::string_view kAbout = "A field of a signal that is counted exactly.";
  Placed<std::string> field;
  std::int64_t scale = 0;
  Place place;
  std::string path;
  void Describe(Fields& f) {
    f.Required("field", field, "Its name in the contract.");
    f.Optional("scale", scale,
               "Decimal places, 0 to 9. Money with more is bad input; other numbers are rounded.");
  }
};

struct CaseSignalsDoc {
  static constexpr std::string_view kTitle = "Signals of a case";
  static constexpr std::string_view kAbout = "Signals that say something of a case.";
  std::vector<Placed<std::string>> on;
  FieldTests when;
  Place place;
  std::string path;
  void Describe(Fields& f) {
    f.Required("on", on, "Types of signals.");
    f.Optional("when", when, "Fields of the signal that must be so; all of them.");
  }
};

struct FeatureDoc {
  static constexpr std::string_view kTitle = "Feature";
  static constexpr std::string_view kAbout =
      "What is known about a customer, computed from signals in any order.";
  std::string about;
  Placed<FeatureKind> kind;
  std::vector<Placed<std::string>> on;
  FieldTests when;
  std::optional<NumberDoc> value;
  std::optional<NumberDoc> times;
  bool is_symbol = false;
  std::optional<std::int64_t> scale;
  std::optional<Placed<Currency>> currency;
  std::optional<Placed<Span>> window;
  std::optional<Placed<Span>> half_life;
  std::optional<Placed<std::string>> id;
  std::optional<CaseSignalsDoc> closed_by;
  std::optional<CaseSignalsDoc> updated_by;
  std::optional<Placed<std::string>> due;
  CaseReading read = CaseReading::kOpen;
  Place place;
  std::string path;
  void Describe(Fields& f) {
    f.Optional("about", about, "For people.");
    f.Required("kind", kind, "What is computed.");
    f.Required("on", on, "Types of signals, such as `billing.invoice`, or `billing.*`.");
    f.Optional("when", when, "Fields of the signal that must be so; all of them.");
    f.Optional("value", value, "`sum`, `decayed_sum`, `last`: the number that is taken.");
    f.Optional("times", times, "A second number that the first is multiplied by.");
    f.Optional("symbol", is_symbol, "`last`: the value is a word (`plus`, `true`), not a number.");
    f.Optional("scale", scale, "Decimal places that are kept; as many as the numbers have.");
    f.Optional("currency", currency, "Money in another currency is bad input.");
    f.Optional("window", window,
               "`count`, `sum`: only this long back. Whole hours below three days, whole days from "
               "there on, at most 400 days. Without it, all of the past.");
    f.Optional("half_life", half_life, "`decayed_sum`: after this long a signal counts half.");
    f.Optional("id", id, "`open_cases`: the field that names the case, such as `ticket_id`.");
    f.Optional(
        "closed_by", closed_by,
        "`open_cases`: what closes a case; `on` opens it, also again. What happened last, by "
        "event time, holds. 64 cases of a customer are kept, for 400 days.");
    f.Optional("updated_by", updated_by, "`open_cases`: what may move the deadline, no more.");
    f.Optional(
        "due", due,
        "`open_cases`: the field with the deadline, in any of these signals. It counts until "
        "the case is opened again.");
    f.Optional(
        "read", read,
        "`open_cases`: how many are open; how many are open past their deadline; or the time "
        "until the earliest deadline of an open one, a duration like that of `time_since`.");
  }
  bool IsDuration() const {
    return *kind == FeatureKind::kTimeSince ||
           (*kind == FeatureKind::kOpenCases && read == CaseReading::kDueIn);
  }
};

struct FeaturesDoc {
  static constexpr std::string_view kTitle = "features.yaml";
  static constexpr std::string_view kAbout = "What is known about a customer.";
  Named<FeatureDoc> features;
  void Describe(Fields& f) { f.Required("features", features, "The features by name."); }
};

}  // namespace evenkeel::internal
