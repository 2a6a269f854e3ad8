#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "evenkeel/base/status.h"
#include "evenkeel/model/profile.h"

namespace evenkeel::internal {

/// The names of values that a profile has in sources.yaml; "attributes.<name>" besides.
const std::vector<std::string>& ProfileFieldNames();
bool IsProfileField(std::string_view name);

/// Puts `field` where it belongs. REQUIRES: IsProfileField() of its name.
///
/// Errors: kInvalidArgument naming a field of the wrong kind.
Status TakeProfileField(SignalField field, ProfileUpdate& update);

}  // namespace evenkeel::internal
