#include "common/channels.h"

#include <algorithm>

namespace evenkeel {
namespace {

constexpr std::string_view kChannels = "channels=";

}  // namespace

Status CheckChannels(const Catalogue& catalogue, const std::vector<std::string>& channels) {
  for (const ActionDefinition& action : catalogue.actions) {
    for (const TreatmentDefinition& treatment : action.treatments) {
      if (std::find(channels.begin(), channels.end(), treatment.channel) != channels.end())
        continue;
      return FailedPrecondition("action \"" + action.name + "\" goes out on channel \"" +
                                treatment.channel +
                                "\", for which the deployment has no topic; add it to channels");
    }
  }
  return {};
}

std::string AdvertisedChannels(const std::vector<std::string>& channels) {
  std::string out(kChannels);
  for (const std::string& channel : channels) out += channel + ",";
  return out;
}

std::optional<std::set<std::string>> ParseAdvertisedChannels(std::string_view advertised) {
  if (!advertised.starts_with(kChannels)) return std::nullopt;
  advertised.remove_prefix(kChannels.size());
  std::set<std::string> channels;
  while (!advertised.empty()) {
    const std::size_t end = advertised.find(',');
    if (end == std::string_view::npos) return std::nullopt;  // Cut off.
    channels.emplace(advertised.substr(0, end));
    advertised.remove_prefix(end + 1);
  }
  return channels;
}

}  // namespace evenkeel
