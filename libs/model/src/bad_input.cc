#include "evenkeel/model/bad_input.h"

#include <array>

#include "evenkeel/base/check.h"

namespace evenkeel {

std::string_view BadInputCodeName(BadInputCode code) {
  constexpr std::array<std::string_view, 12> kNames = {
      "none",         "sum_overflow",    "wrong_type", "wrong_currency",   "inexact_amount",
      "id_reused",    "state_too_large", "malformed",  "unknown_approval", "approval_mismatch",
      "own_proposal", "role_not_allowed"};
  const auto index = static_cast<std::size_t>(code);
  EVENKEEL_CHECK(index < kNames.size());
  return kNames[index];
}

}  // namespace evenkeel
