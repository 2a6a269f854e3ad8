#pragma once

#include "evenkeel/codec/rfc3339.h"

namespace evenkeel::internal {

using evenkeel::FormatRfc3339;
using evenkeel::ParseRfc3339;

}  // namespace evenkeel::internal
