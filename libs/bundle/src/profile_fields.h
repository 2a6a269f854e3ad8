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

/// Puts `fields`, which are sorted by name, where they belong.
///
/// Errors: kInvalidArgument naming a field of the wrong kind.
Status FillProfile(std::vector<SignalField> fields, ProfileUpdate& update);

}  // namespace evenkeel::internal
