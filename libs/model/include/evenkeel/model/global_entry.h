#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "evenkeel/base/hash.h"
#include "evenkeel/base/time.h"
#include "evenkeel/model/action.h"

namespace evenkeel {

/// One part of a bundle, as it lies on the log.
struct BundleChunk {
  std::string name;
  Sha256Digest digest{};  ///< Of the whole bundle.
  std::uint32_t index = 0;
  std::uint32_t chunk_count = 1;
  std::int64_t total_bytes = 0;
  std::string content;

  friend bool operator==(const BundleChunk&, const BundleChunk&) = default;
};

/// Which bundle is in force.
struct ActiveBundle {
  std::string name;
  Sha256Digest digest{};
  std::int64_t revision = 0;  ///< Never goes back.
  TimeMs activated;
  std::string activated_by;
  std::string key_id;  ///< Empty: not signed.
  std::array<std::uint8_t, 64> signature{};

  friend bool operator==(const ActiveBundle&, const ActiveBundle&) = default;
};

/// Stops what its scope names: "all", "domain:<name>", "action:<name>", "channel:<name>",
/// "proposer:<name>".
struct KillSwitchSetting {
  std::string scope;
  bool is_engaged = false;

  friend bool operator==(const KillSwitchSetting&, const KillSwitchSetting&) = default;
};

/// What the machine may do by itself. An empty name stands for every one.
struct AutonomySetting {
  std::string domain;
  std::string action;
  AutonomyLevel level = AutonomyLevel::kL1;

  friend bool operator==(const AutonomySetting&, const AutonomySetting&) = default;
};

/// The source of control is alive.
struct ControlHeartbeat {
  std::int64_t sequence = 0;
  TimeMs valid_until;

  friend bool operator==(const ControlHeartbeat&, const ControlHeartbeat&) = default;
};

/// A value of the control topic.
struct ControlEntry {
  std::string set_by;  ///< From the credential.
  TimeMs set;
  std::string reason;
  std::variant<KillSwitchSetting, AutonomySetting, ControlHeartbeat> entry;

  friend bool operator==(const ControlEntry&, const ControlEntry&) = default;
};

}  // namespace evenkeel
