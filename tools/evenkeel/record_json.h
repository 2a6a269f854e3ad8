#pragma once

#include <string>
#include <vector>

#include "common/deployment.h"
#include <nlohmann/json.hpp>

#include "evenkeel/runtime/log_access.h"

namespace evenkeel {

/// A record for people and scripts: coordinates, key, headers, and the value decoded by the
/// contract. What does not decode (dead letters among them) stands as "value_base64".
nlohmann::ordered_json RecordJson(const Deployment& deployment, const OwnedRecord& record);

/// The same of a dead letter, with what its headers say of why.
nlohmann::ordered_json DeadLetterJson(const OwnedRecord& record);

/// Coordinates and key; the value as "value_sha256", and what a decision's envelope or an action's
/// carries as "payload_sha256": the envelope holds coordinates of one log, the payload none.
nlohmann::ordered_json DigestJson(const Deployment& deployment, const OwnedRecord& record);

/// All dead-letter topics of the deployment.
std::vector<std::string> DeadLetterTopics(const Deployment& deployment);

}  // namespace evenkeel
