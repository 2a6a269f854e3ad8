#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "evenkeel/base/status.h"
#include "evenkeel/decision/catalogue.h"

namespace evenkeel {

/// The first treatment whose channel has no topic, as a complaint. A decider refuses such a bundle,
/// and whoever publishes one is told before.
Status CheckChannels(const Catalogue& catalogue, const std::vector<std::string>& channels);

/// What an executor advertises of itself (GroupMembership::address), the channels it serves, and
/// back; nothing if it is not of this form.
std::string AdvertisedChannels(const std::vector<std::string>& channels);
std::optional<std::set<std::string>> ParseAdvertisedChannels(std::string_view advertised);

}  // namespace evenkeel
