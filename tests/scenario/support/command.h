#pragma once

#include <string>

#include "evenkeel/base/status.h"
#include "support/service_world.h"

namespace evenkeel::testing {

/// What an operator does who pastes `line` ("evenkeel topics create ...") from a message, with the
/// configuration of `world`'s deciders. Other words than those of a command of ours fail.
Status RunCommand(ServiceWorld& world, const std::string& line);

}  // namespace evenkeel::testing
