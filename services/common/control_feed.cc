#include "common/control_feed.h"

#include <array>
#include <utility>

#include "evenkeel/codec/globals_codec.h"

namespace evenkeel {
namespace {

struct ScopeName {
  std::string_view prefix;
  SwitchScope scope;
};

constexpr std::array<ScopeName, 4> kScopes = {{{"domain:", SwitchScope::kDomain},
                                               {"action:", SwitchScope::kAction},
                                               {"channel:", SwitchScope::kChannel},
                                               {"proposer:", SwitchScope::kProposer}}};

/// What is not understood stops everything.
KillSwitch SwitchOf(const std::string& scope, const std::string& reason) {
  for (const ScopeName& known : kScopes) {
    if (scope.rfind(known.prefix, 0) == 0) {
      return {known.scope, scope.substr(known.prefix.size()), reason};
    }
  }
  return {SwitchScope::kEverything, "", reason};
}

}  // namespace

void ControlFeed::OnRecord(std::string_view key, std::optional<std::string_view> value,
                           std::uint64_t revision) {
  if (!value) {
    entries_.erase(std::string(key));
  } else {
    Result<ControlEntry> entry = DecodeControlEntry(*value);
    entries_[std::string(key)] =
        entry.ok() ? std::optional(*std::move(entry)) : std::optional<ControlEntry>();
  }
  Rebuild(revision);
}

void ControlFeed::Rebuild(std::uint64_t revision) {
  control_ = {.revision = revision};
  for (const auto& [key, entry] : entries_) {
    if (!entry) {
      control_.switches.push_back(
          {SwitchScope::kEverything, "", "entry " + key + " of the control topic is unreadable"});
      continue;
    }
    if (const auto* kill = std::get_if<KillSwitchSetting>(&entry->entry); kill != nullptr) {
      if (kill->is_engaged) control_.switches.push_back(SwitchOf(kill->scope, entry->reason));
    } else if (const auto* level = std::get_if<AutonomySetting>(&entry->entry); level != nullptr) {
      control_.levels.push_back({level->domain, level->action, level->level});
    }
  }
}

}  // namespace evenkeel
