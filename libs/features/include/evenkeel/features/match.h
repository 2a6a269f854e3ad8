#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "evenkeel/model/signal.h"

namespace evenkeel {

/// A condition on one field of a signal. It holds if the field equals one of `any_of` or, being a
/// string, starts with `prefix` (where that is not empty). A signal without the field fails it.
/// Whole numbers and doubles compare by value; other values only with their own type.
struct FieldMatch {
  std::string field;
  std::vector<FieldValue> any_of;
  std::string prefix;

  friend bool operator==(const FieldMatch&, const FieldMatch&) = default;
};

/// Which signals something is about: one of `types` ("billing.payment_attempt", or "billing.*" for
/// all that starts so) and every one of `fields`.
struct SignalMatch {
  std::vector<std::string> types;
  std::vector<FieldMatch> fields;

  friend bool operator==(const SignalMatch&, const SignalMatch&) = default;
};

bool Matches(const SignalMatch& match, const Signal& signal);

/// Its two halves, for who knows the type already.
bool MatchesType(const SignalMatch& match, std::string_view type);
bool MatchesFields(const SignalMatch& match, const Signal& signal);

}  // namespace evenkeel
