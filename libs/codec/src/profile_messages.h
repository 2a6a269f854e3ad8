#pragma once

// Profiles and consent <-> messages. Private to codec.

#include <optional>

#include "evenkeel/codec/decode_error.h"
#include "evenkeel/model/profile.h"
#include "evenkeel/v1/profile.pb.h"

namespace evenkeel::internal {

/// `event_time` stands in for answers that do not say when they were given.
std::optional<DecodeFailure> FromMessage(const v1::ProfileUpdated& message, TimeMs event_time,
                                         ProfileUpdate& update);
std::optional<DecodeFailure> FromMessage(const v1::ConsentChanged& message, TimeMs event_time,
                                         ProfileUpdate& update);
void ToMessage(const ProfileUpdate& update, v1::ProfileUpdated& message);

}  // namespace evenkeel::internal
