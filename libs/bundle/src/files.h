#pragma once

#include <cstddef>
#include <string>

#include "evenkeel/base/result.h"

namespace evenkeel::internal {

/// The content of the file at `path`, of at most `bytes_max`.
///
/// Errors: kNotFound; kInvalidArgument for a larger one.
Result<std::string> ReadWholeFile(const std::string& path, std::size_t bytes_max);

}  // namespace evenkeel::internal
