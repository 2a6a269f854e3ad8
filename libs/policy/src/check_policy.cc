#include <algorithm>
#include <set>
#include <string>

#include "evenkeel/policy/contact_policy.h"

namespace evenkeel {
namespace {

constexpr std::int64_t kSpanMsMax = 400LL * 24 * 3'600'000;
constexpr std::int64_t kMillionPpm = 1'000'000;

class Checker {
 public:
  explicit Checker(const PolicyDefinition& policy) : policy_(policy) {}

  std::vector<DefinitionProblem> Run() {
    CheckCaps();
    CheckCoolDowns();
    CheckQuietHours();
    CheckHoldout();
    CheckZones();
    for (DefinitionProblem& problem : CheckApprovals(policy_.approvals)) {
      Say("approvals." + problem.where, std::move(problem.problem));
    }
    if (policy_.receipt_grace_ms < 0 || policy_.receipt_grace_ms > kSpanMsMax) {
      Say("receipt_grace_ms", "out of range: 0 to 400 days");
    }
    return std::move(problems_);
  }

 private:
  void Say(std::string where, std::string problem) {
    problems_.push_back({std::move(where), std::move(problem)});
  }

  static std::string At(const char* list, std::size_t index, const char* field) {
    return std::string(list) + "[" + std::to_string(index) + "]." + field;
  }

  void CheckName(const char* list, std::size_t index, const std::string& name) {
    if (name.empty()) Say(At(list, index, "name"), "no name: reasons name the rule");
    if (!names_.insert(name).second) Say(At(list, index, "name"), "'" + name + "' is taken");
  }

  void CheckSpan(std::string where, std::int64_t span_ms) {
    if (span_ms <= 0 || span_ms > kSpanMsMax) {
      Say(std::move(where), std::to_string(span_ms) + " ms is out of range: up to 400 days");
    }
  }

  void CheckCaps() {
    for (std::size_t i = 0; i < policy_.caps.size(); ++i) {
      const CapRule& cap = policy_.caps[i];
      CheckName("caps", i, cap.name);
      CheckSpan(At("caps", i, "window_ms"), cap.window_ms);
      if (cap.contacts_max < 0 || cap.contacts_max > 100) {
        Say(At("caps", i, "contacts_max"),
            std::to_string(cap.contacts_max) + " is out of range: 0 to 100");
      }
    }
  }

  void CheckCoolDowns() {
    for (std::size_t i = 0; i < policy_.cool_downs.size(); ++i) {
      CheckName("cool_downs", i, policy_.cool_downs[i].name);
      CheckSpan(At("cool_downs", i, "pause_ms"), policy_.cool_downs[i].pause_ms);
    }
  }

  void CheckQuietHours() {
    for (std::size_t i = 0; i < policy_.quiet_hours.size(); ++i) {
      const QuietHoursRule& rule = policy_.quiet_hours[i];
      CheckName("quiet_hours", i, rule.name);
      const auto is_minute = [](std::int32_t minute) { return minute >= 0 && minute < 1440; };
      if (!is_minute(rule.span.from_minute) || !is_minute(rule.span.to_minute)) {
        Say(At("quiet_hours", i, "span"), "a time of day is 00:00 to 23:59");
      } else if (rule.span.from_minute == rule.span.to_minute) {
        Say(At("quiet_hours", i, "span"), "empty: it begins when it ends");
      }
    }
  }

  void CheckHoldout() {
    const HoldoutPolicy& holdout = policy_.holdout;
    if (holdout.share_ppm < 0 || holdout.share_ppm >= kMillionPpm) {
      Say("holdout.share_ppm", std::to_string(holdout.share_ppm) + " is out of range: 0 to 999999");
    }
    if (holdout.rotating_ppm < 0 || holdout.rotating_ppm > holdout.share_ppm) {
      Say("holdout.rotating_ppm", "more than the whole share");
    }
    if (holdout.share_ppm > 0 && holdout.epochs.empty()) {
      Say("holdout.epochs", "a holdout needs an epoch: say from when, and a salt");
    }
    std::set<std::string> salts;
    for (std::size_t i = 0; i < holdout.epochs.size(); ++i) {
      if (i > 0 && holdout.epochs[i].from <= holdout.epochs[i - 1].from) {
        Say(At("holdout.epochs", i, "from"), "not after the epoch before");
      }
      if (holdout.epochs[i].salt.size() < 8) {
        Say(At("holdout.epochs", i, "salt"), "too short: at least 8 characters");
      }
      if (!salts.insert(holdout.epochs[i].salt).second) {
        Say(At("holdout.epochs", i, "salt"), "used before: each epoch draws anew");
      }
    }
  }

  void CheckZones() {
    const auto& zones = policy_.time_zones;
    for (std::size_t i = 0; i < zones.size(); ++i) {
      const auto& transitions = zones[i].transitions;
      const auto is_later = [](const TimeZoneTransition& a, const TimeZoneTransition& b) {
        return a.at < b.at;
      };
      const bool ascends = std::is_sorted(transitions.begin(), transitions.end(), is_later);
      if (transitions.empty() || !ascends || (i > 0 && zones[i].name <= zones[i - 1].name)) {
        Say(At("time_zones", i, "transitions"), "'" + zones[i].name + "' is empty or out of order");
      }
    }
    if (policy_.default_time_zone.empty()) return;
    const bool is_known = std::any_of(
        zones.begin(), zones.end(),
        [this](const TimeZoneTable& zone) { return zone.name == policy_.default_time_zone; });
    if (!is_known) {
      Say("default_time_zone", "'" + policy_.default_time_zone +
                                   "' is no zone: use a name such as Europe/Berlin, or UTC");
    }
  }

  const PolicyDefinition& policy_;
  std::set<std::string> names_;
  std::vector<DefinitionProblem> problems_;
};

}  // namespace

std::vector<DefinitionProblem> CheckPolicy(const PolicyDefinition& policy) {
  return Checker(policy).Run();
}

}  // namespace evenkeel
