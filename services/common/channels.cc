#include "common/channels.h"

#include <algorithm>

namespace evenkeel {

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

}  // namespace evenkeel
