#pragma once

#include <cstdint>
#include <optional>

#include "evenkeel/features/definition.h"
#include "evenkeel/model/bad_input.h"
#include "evenkeel/model/signal.h"

namespace evenkeel::internal {

/// What `definition` takes of `signal`, in units of 10^-definition.scale. Nothing where the signal
/// does not have the field. On bad input, `problem` says what is wrong.
std::optional<std::int64_t> TakeNumber(const FeatureDefinition& definition, const Signal& signal,
                                       BadInput& problem);

}  // namespace evenkeel::internal
