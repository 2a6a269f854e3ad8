#pragma once

#include <string>
#include <vector>

#include "evenkeel/base/status.h"
#include "evenkeel/decision/catalogue.h"

namespace evenkeel {

/// The first treatment whose channel has no topic, as a complaint. A decider refuses such a bundle,
/// and whoever publishes one is told before.
Status CheckChannels(const Catalogue& catalogue, const std::vector<std::string>& channels);

}  // namespace evenkeel
