#pragma once

#include <stop_token>
#include <string>

#include "evenkeel/base/status.h"
#include "evenkeel/v1/config.pb.h"

namespace evenkeel {

/// Decider and executor in one process, with the doors that programs on the same machine use.
/// Runs until `stop` is asked for. `config` is complete; `config_file` is named in remedies.
Status RunStandalone(const v1::StandaloneConfig& config, const std::stop_token& stop,
                     const std::string& config_file);

}  // namespace evenkeel
