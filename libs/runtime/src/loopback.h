#pragma once

#include <cstdint>
#include <string>

#include "evenkeel/base/status.h"

namespace evenkeel {

/// Errors: kInvalidArgument, for an address that other machines can reach.
Status CheckLoopback(const std::string& address);

/// The error of a port that cannot be had; `why` as the system says it.
Status CannotListen(const std::string& address, std::uint16_t port, const std::string& why);

}  // namespace evenkeel
