#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "evenkeel/features/match.h"
#include "evenkeel/model/money.h"

namespace evenkeel {

/// The numbers are stored: never reuse one. (6 is kept for `distinct`, which comes later.)
enum class FeatureKind : std::uint8_t {
  kCount = 1,       ///< How many signals.
  kSum = 2,         ///< Of a number of each.
  kDecayedSum = 3,  ///< The same, each worth half after every half-life.
  kLast = 4,        ///< A value of the newest signal, by event time.
  kTimeSince = 5,   ///< Milliseconds since the newest signal's event time.
  kOpenCases = 7,   ///< Of things with an id and a life, such as tickets: those that are open.
};

/// What is read of open cases.
enum class CaseReading : std::uint8_t {
  kOpen = 1,     ///< How many are open.
  kOverdue = 2,  ///< How many are open past their deadline.
  kDueIn = 3,    ///< Milliseconds until the earliest deadline of an open one; 0 where it is over.
};

/// The life of cases: `match` opens one (again), `closed_by` closes it, `updated_by` does neither.
/// What happened last, by event time, holds. A deadline counts until the case is opened again.
struct CaseDefinition {
  std::string id;          ///< Field that names the case, in all its signals: a text.
  SignalMatch closed_by;   ///< At least one type.
  SignalMatch updated_by;  ///< No type: nothing but opening and closing is known.
  std::string due;         ///< Field with its deadline, a time; in any of its signals. Empty: none.
  CaseReading reading = CaseReading::kOpen;

  friend bool operator==(const CaseDefinition&, const CaseDefinition&) = default;
};

/// A number of a signal, exactly: a whole number, a double (rounded to `scale`, halves away from
/// zero) or an amount of money (which must be a whole number of 10^-`scale`).
struct NumberField {
  std::string field;
  std::uint8_t scale = 0;  ///< 0 to 9.

  friend bool operator==(const NumberField&, const NumberField&) = default;
};

/// What is known about a customer, computed from signals. Its state is kept under the hash of
/// everything here except `name`: a renamed definition keeps its history, a changed one starts
/// anew.
struct FeatureDefinition {
  std::string name;  ///< [a-z][a-z0-9_.]*, unique in the bundle.
  FeatureKind kind = FeatureKind::kCount;
  SignalMatch match;

  /// sum, decayed sum, last: what is taken. With `times`, the exact product of both fields
  /// (quantity times unit price). `last` takes a string too, if `is_symbol`: cut to 64 bytes.
  NumberField value;
  NumberField times;       ///< No product where `times.field` is empty.
  bool is_symbol = false;  ///< last: the field is a string, a bool or a symbol.

  /// The feature counts units of 10^-`scale`. At least `value.scale` + `times.scale`, at most 9.
  std::uint8_t scale = 0;
  /// Where set, money in another currency is bad input.
  Currency currency;

  /// count, sum: only the newest `window_ms` count, in whole buckets (0: all of the past). A whole
  /// number of hours below three days, of days from there on; at most 400 days.
  std::int64_t window_ms = 0;
  /// decayed sum: at least 8 hours, at most 400 days.
  std::int64_t half_life_ms = 0;

  CaseDefinition cases;  ///< open cases.

  friend bool operator==(const FeatureDefinition&, const FeatureDefinition&) = default;
};

/// How long the ids of a customer's signals are remembered, so that a repeat is told.
struct DuplicatePolicy {
  std::int64_t horizon_ms = 7LL * 24 * 3600 * 1000;  ///< In event time, back from the newest.
  std::int32_t ids_max = 256;                        ///< The newest are kept. 0: none.
};

}  // namespace evenkeel
