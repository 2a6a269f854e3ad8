#include "evenkeel/policy/control.h"

#include <algorithm>
#include <optional>

namespace evenkeel {
namespace {

bool Stops(const KillSwitch& kill, const SwitchSubject& subject) {
  switch (kill.scope) {
    case SwitchScope::kEverything:
      return true;
    case SwitchScope::kDomain:
      return kill.name == subject.domain;
    case SwitchScope::kAction:
      return kill.name == subject.action;
    case SwitchScope::kChannel:
      return kill.name == subject.channel;
    case SwitchScope::kProposer:
      return IsProposer(kill.name, subject.proposer);
  }
  return true;
}

std::optional<AutonomyLevel> Find(const std::vector<AutonomyRule>& rules, std::string_view domain,
                                  std::string_view action) {
  std::optional<AutonomyLevel> of_domain;
  std::optional<AutonomyLevel> of_action;
  for (const AutonomyRule& rule : rules) {
    if (!rule.domain.empty() && rule.domain != domain) continue;
    if (!rule.action.empty() && rule.action != action) continue;
    std::optional<AutonomyLevel>& place = rule.action.empty() ? of_domain : of_action;
    place = place ? std::min(*place, rule.level) : rule.level;
  }
  return of_action ? of_action : of_domain;
}

}  // namespace

const KillSwitch* FindSwitch(const std::vector<KillSwitch>& switches,
                             const SwitchSubject& subject) {
  const auto found = std::find_if(switches.begin(), switches.end(),
                                  [&](const KillSwitch& kill) { return Stops(kill, subject); });
  return found == switches.end() ? nullptr : &*found;
}

AutonomyLevel LevelOf(const PolicyDefinition& policy, const Control& control,
                      std::string_view domain, std::string_view action) {
  const AutonomyLevel level = Find(policy.autonomy, domain, action).value_or(AutonomyLevel::kL1);
  return std::min(level, Find(control.levels, domain, action).value_or(level));
}

}  // namespace evenkeel
