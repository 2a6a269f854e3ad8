#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "message_plan.h"

#include "evenkeel/codec/decode_error.h"

namespace evenkeel::internal {

/// Turns the JSON form of a message of `plan`'s type into its bytes. Fields may have their proto
/// names or those of JSON. `unknown_field_count` is 1 if there were unknown ones.
std::optional<DecodeFailure> JsonToWire(const MessagePlan& plan, std::string_view json,
                                        std::string& wire, std::uint32_t& unknown_field_count);

}  // namespace evenkeel::internal
