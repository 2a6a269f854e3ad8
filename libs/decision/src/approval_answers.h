#pragma once

#include <optional>

#include "evenkeel/decision/pending_approvals.h"
#include "evenkeel/model/bad_input.h"
#include "evenkeel/model/decision.h"
#include "evenkeel/model/verdict.h"

namespace evenkeel::internal {

/// What an answer is good for.
struct AnswerCheck {
  BadInput problem;                     ///< It cannot be one: nothing may change.
  std::optional<ReasonCode> no_effect;  ///< It could have been one, and changes nothing (any more).
};

/// Whether `answer` is to a request that waits for it, about what was asked, by who may give it.
AnswerCheck CheckAnswer(const PendingApprovals& approvals, const Verdict& answer, TimeMs now);

}  // namespace evenkeel::internal
