#include "evenkeel/policy/contact_policy.h"

#include <algorithm>

#include "cap_window.h"

namespace evenkeel {
namespace {

constexpr std::int64_t kMinuteMs = 60'000;
constexpr std::int64_t kThirtyDaysMs = 30LL * 24 * 60 * kMinuteMs;

bool Covers(const std::vector<std::string>& names, std::string_view name) {
  return names.empty() || std::find(names.begin(), names.end(), name) != names.end();
}

// Work for people is no contact yet: only rules that name its channel bind it.
bool CoversChannel(const std::vector<std::string>& channels, std::string_view channel) {
  return channels.empty() ? channel != kTaskChannel : Covers(channels, channel);
}

bool Happens(const ContactEntry& entry, bool is_held_out) {
  if (entry.state == ContactState::kReturned) return false;
  return entry.state != ContactState::kShadow || is_held_out;
}

void Say(std::vector<Reason>* reasons, ReasonCode code, std::string rule = {}) {
  if (reasons != nullptr) reasons->push_back({code, std::move(rule)});
}

// Spans of the contacts that a cap over `channels` and `purposes` counts.
std::vector<internal::ContactSpan> CountedSpans(const ContactSubject& subject,
                                                const std::vector<std::string>& channels,
                                                const std::vector<std::string>& purposes) {
  std::vector<internal::ContactSpan> spans;
  for (const ContactEntry& entry : subject.ledger.entries()) {
    if (!entry.is_counted || !Happens(entry, subject.is_held_out)) continue;
    if (!CoversChannel(channels, entry.channel) || !Covers(purposes, entry.purpose)) continue;
    spans.push_back({entry.from, entry.last()});
  }
  return spans;
}

// The end of the rule's last pause that holds `request` back.
TimeMs PauseEnd(const CoolDownRule& rule, const ContactRequest& request,
                const ContactSubject& subject) {
  TimeMs end = TimeMs::Min();
  for (const ContactEntry& entry : subject.ledger.entries()) {
    if (!entry.is_paused || !Happens(entry, subject.is_held_out)) continue;
    const bool is_meant =
        rule.is_per_action ? entry.action == request.action : Covers(rule.actions, entry.action);
    if (is_meant) end = std::max(end, TimeMs{entry.last().value + rule.pause_ms});
  }
  return end;
}

}  // namespace

ContactPolicy::ContactPolicy(const PolicyDefinition& policy) : policy_(policy) {
  history_ms_ = kThirtyDaysMs;  // Frequency wishes.
  for (const CapRule& cap : policy.caps) history_ms_ = std::max(history_ms_, cap.window_ms);
  for (const CoolDownRule& rule : policy.cool_downs) {
    history_ms_ = std::max(history_ms_, rule.pause_ms);
  }
}

ContactAnswer ContactPolicy::Check(const ContactRequest& request,
                                   const ContactSubject& subject) const {
  ContactAnswer answer;
  CheckConsent(request, subject, answer.reasons);
  CheckWishes(request, subject, answer.reasons);
  const bool is_for_good = !answer.reasons.empty();
  TimeMs at = CheckTimes(request, subject, subject.now, &answer.reasons);
  answer.send_by = WindowEnd(request, subject, subject.now);
  if (answer.reasons.empty() || is_for_good) return answer;
  // Where one rule lets go another may hold: on to the first moment that suits them all.
  constexpr int kStepsMax = 64;
  for (int step = 0; step < kStepsMax && at < TimeMs::Max(); ++step) {
    const TimeMs later = CheckTimes(request, subject, at, nullptr);
    if (later == at) {
      answer.next_eligible = at;
      break;
    }
    at = later;
  }
  return answer;
}

void ContactPolicy::CheckConsent(const ContactRequest& request, const ContactSubject& subject,
                                 std::vector<Reason>& reasons) const {
  const ConsentNeed need = policy_.RuleOf(request.contact_class).consent;
  if (need == ConsentNeed::kNone || request.channel == kTaskChannel) return;
  switch (subject.profile.ConsentFor(request.purpose, request.channel, subject.now)) {
    case ConsentAnswer::kGranted:
      return;
    case ConsentAnswer::kRefused:
      return Say(&reasons, ReasonCode::kConsentRefused, std::string(request.purpose));
    case ConsentAnswer::kMissing:
      if (need == ConsentNeed::kNotRefused) return;
      return Say(&reasons, ReasonCode::kConsentMissing, std::string(request.purpose));
    case ConsentAnswer::kExpired:
      if (need == ConsentNeed::kNotRefused) return;
      return Say(&reasons, ReasonCode::kConsentExpired, std::string(request.purpose));
  }
}

void ContactPolicy::CheckWishes(const ContactRequest& request, const ContactSubject& subject,
                                std::vector<Reason>& reasons) const {
  const bool is_task = request.channel == kTaskChannel;
  if (!policy_.RuleOf(request.contact_class).is_preferred || is_task) return;
  if (subject.profile.is_human_only()) Say(&reasons, ReasonCode::kHumanOnly);
  if (!Covers(subject.profile.channels(), request.channel)) {
    Say(&reasons, ReasonCode::kChannelNotWanted);
  }
}

TimeMs ContactPolicy::CheckTimes(const ContactRequest& request, const ContactSubject& subject,
                                 TimeMs at, std::vector<Reason>* reasons) const {
  const ClassRule& rule = policy_.RuleOf(request.contact_class);
  const bool is_task = request.channel == kTaskChannel;
  TimeMs free = at;
  const auto wait = [&](TimeMs until, ReasonCode code, const std::string& name) {
    if (until <= at) return;
    Say(reasons, code, name);
    free = std::max(free, until);
  };
  const auto wait_for_cap = [&](const std::vector<internal::ContactSpan>& spans, std::int32_t max,
                                std::int64_t window_ms, ReasonCode code, const std::string& name) {
    wait(internal::FirstFree(spans, at, request.send_window_ms, max, window_ms), code, name);
  };
  if (rule.is_preferred) wait(subject.profile.pause_until(), ReasonCode::kPaused, {});
  const auto wish = subject.profile.contacts_max_per_30_days();
  if (rule.is_preferred && wish && !is_task) {
    wait_for_cap(CountedSpans(subject, {}, {}), *wish, kThirtyDaysMs, ReasonCode::kFrequencyWish,
                 {});
  }
  if (rule.is_capped) {
    for (const CapRule& cap : policy_.caps) {
      if (!CoversChannel(cap.channels, request.channel) || !Covers(cap.purposes, request.purpose))
        continue;
      wait_for_cap(CountedSpans(subject, cap.channels, cap.purposes), cap.contacts_max,
                   cap.window_ms, ReasonCode::kCap, cap.name);
    }
  }
  if (rule.is_cooled_down) {
    for (const CoolDownRule& pause : policy_.cool_downs) {
      if (!Covers(pause.actions, request.action)) continue;
      wait(PauseEnd(pause, request, subject), ReasonCode::kCoolDown, pause.name);
    }
  }
  return std::max(free, CheckQuiet(request, subject, at, reasons));
}

TimeMs ContactPolicy::CheckQuiet(const ContactRequest& request, const ContactSubject& subject,
                                 TimeMs at, std::vector<Reason>* reasons) const {
  if (!policy_.RuleOf(request.contact_class).is_quiet) return at;
  const TimeZoneTable* zone = ZoneOf(subject.profile);
  TimeMs free = at;
  for (const QuietHoursRule& rule : policy_.quiet_hours) {
    if (!CoversChannel(rule.channels, request.channel)) continue;
    if (zone == nullptr) {
      Say(reasons, ReasonCode::kTimeZoneUnknown, rule.name);
      return TimeMs::Max();
    }
    // A minute is the least that an executor needs: a window that would close at once is no window.
    const TimeMs start = StartOfSpan(*zone, rule.span, at);
    if (start == TimeMs::Max() || (start - at).count() >= kMinuteMs) continue;
    Say(reasons, ReasonCode::kQuietHours, rule.name);
    free = std::max(free, EndOfSpan(*zone, rule.span, start));
  }
  return free;
}

TimeMs ContactPolicy::WindowEnd(const ContactRequest& request, const ContactSubject& subject,
                                TimeMs at) const {
  TimeMs end{at.value + request.send_window_ms};
  if (!policy_.RuleOf(request.contact_class).is_quiet) return end;
  const TimeZoneTable* zone = ZoneOf(subject.profile);
  for (const QuietHoursRule& rule : policy_.quiet_hours) {
    if (zone == nullptr || !CoversChannel(rule.channels, request.channel)) continue;
    end = std::min(end, StartOfSpan(*zone, rule.span, at));
  }
  return end;
}

ContactEntry ContactPolicy::EntryFor(const ContactRequest& request, ContactState state, TimeMs from,
                                     TimeMs by) const {
  const ClassRule& rule = policy_.RuleOf(request.contact_class);
  ContactEntry entry;
  entry.action = request.action;
  entry.channel = request.channel;
  entry.purpose = request.purpose;
  entry.state = state;
  entry.is_counted = rule.is_counted;
  entry.is_paused = rule.is_counted;
  entry.from = from;
  entry.by = by;
  entry.return_at = {by.value + policy_.receipt_grace_ms};
  return entry;
}

const TimeZoneTable* ContactPolicy::ZoneOf(const CustomerProfile& profile) const {
  const auto find = [this](const std::string& name) -> const TimeZoneTable* {
    const auto place = std::lower_bound(
        policy_.time_zones.begin(), policy_.time_zones.end(), name,
        [](const TimeZoneTable& zone, const std::string& wanted) { return zone.name < wanted; });
    return place == policy_.time_zones.end() || place->name != name ? nullptr : &*place;
  };
  const TimeZoneTable* zone = profile.time_zone().empty() ? nullptr : find(profile.time_zone());
  return zone != nullptr || policy_.default_time_zone.empty() ? zone
                                                              : find(policy_.default_time_zone);
}

}  // namespace evenkeel
