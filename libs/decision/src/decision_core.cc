#include "evenkeel/decision/decision_core.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "approval_answers.h"
#include "input_size.h"

#include "evenkeel/base/check.h"
#include "evenkeel/base/hash.h"

namespace evenkeel {
namespace {

constexpr std::string_view kOptOutType = "feedback.opt_out";

std::string TextOf(const Signal& signal, std::string_view field) {
  const FieldValue* value = signal.Find(field);
  const auto* text = value == nullptr ? nullptr : std::get_if<std::string>(value);
  return text == nullptr ? std::string() : *text;
}

// The same verdict is the same answer, by whatever way it comes.
SignalKey KeyOf(const Signal& signal, const SignalPayload& payload) {
  const auto* answer = std::get_if<Verdict>(&payload);
  return answer == nullptr ? SignalKeyOf(signal.source, signal.id)
                           : SignalKeyOf("evenkeel.verdict", answer->verdict_id);
}

TimeMs Later(TimeMs time, std::int64_t by_ms) {
  return time == TimeMs::Min() ? time : TimeMs{time.value + by_ms};
}

}  // namespace

Result<std::shared_ptr<const DecisionCore>> DecisionCore::Create(CoreDefinition definition,
                                                                 StateLimits limits) {
  const std::vector<DefinitionProblem> problems = CheckDefinition(definition);
  if (!problems.empty()) {
    return InvalidArgument(problems[0].where + ": " + problems[0].problem);
  }
  return std::shared_ptr<const DecisionCore>(new DecisionCore(std::move(definition), limits));
}

DecisionCore::DecisionCore(CoreDefinition definition, StateLimits limits)
    : definition_(std::move(definition)),
      limits_(limits),
      features_(definition_.features),
      churn_(definition_.scorecard, features_),
      contacts_(definition_.policy) {
  for (const ActionDefinition& action : definition_.catalogue.actions) {
    actions_.push_back({ConditionSet(action.eligible, features_),
                        ConditionSet(action.applicable, features_),
                        ConditionSet(action.suitable, features_)});
  }
  for (const SegmentDefinition& segment : definition_.catalogue.segments) {
    segments_.emplace_back(segment.conditions, features_);
  }
}

CustomerState DecisionCore::NewState() const {
  CustomerState state;
  state.layout_id = layout().id;
  state.features.slots.resize(layout().slots.size());
  state.MeasureBytes(layout());
  return state;
}

void DecisionCore::Adopt(CustomerState& state, const LayoutSet& layouts, TimeMs now) const {
  if (state.layout_id == layout().id) return;
  const Layout* from = layouts.Find(state.layout_id);
  EVENKEEL_CHECK(from != nullptr);
  MigrateSlots(state.features, *from, layout(), now, {now.value - limits_.keep_removed_ms});
  state.layout_id = layout().id;
  state.MeasureBytes(layout());
}

Observed DecisionCore::Observe(CustomerState& state, const Signal& signal,
                               const SignalPayload& payload, TimeMs now,
                               FeatureUpdate& scratch) const {
  EVENKEEL_CHECK(state.layout_id == layout().id && !state.is_in_wave);
  Observed observed;
  if (std::holds_alternative<Forget>(payload)) return ForgetAll(state, now);
  const SignalKey key = KeyOf(signal, payload);
  const Seen seen =
      state.seen.Check(definition_.duplicates, key, signal.content_hash, signal.event_time);
  if (seen == Seen::kRepeat) {
    ++state.counts.repeats;
    observed.kind = ObservedKind::kRepeat;
    return observed;
  }
  if (seen == Seen::kConflict) {
    observed.problem = {
        BadInputCode::kIdReused,
        "id '" + signal.id + "' of source '" + signal.source + "' came before with other content"};
  } else {
    observed.problem = CheckInput(state, signal, payload, now, scratch);
  }
  if (observed.problem.ok()) observed.problem = CheckSize(state, signal, payload, scratch);
  if (!observed.problem.ok()) {
    observed.kind = ObservedKind::kBadInput;
    return observed;
  }
  observed.is_past_horizon = seen == Seen::kPastHorizon;
  ++state.counts.applied;
  if (observed.is_past_horizon) {
    ++state.counts.past_horizon;
  } else {
    state.seen.Insert(definition_.duplicates, key, signal.content_hash, signal.event_time);
  }
  features_.Apply(state.features, signal, scratch);
  Apply(state, signal, payload, now, observed);
  StartPeriods(state, signal.customer, now);
  OpenPoints(state, signal, now, observed);
  return observed;
}

BadInput DecisionCore::CheckInput(const CustomerState& state, const Signal& signal,
                                  const SignalPayload& payload, TimeMs now,
                                  FeatureUpdate& scratch) const {
  if (const auto* update = std::get_if<ProfileUpdate>(&payload)) {
    BadInput problem = state.profile.Check(*update);
    if (!problem.ok()) return problem;
  }
  if (const auto* receipt = std::get_if<Receipt>(&payload)) {
    if (!ParseActionId(receipt->action_id)) {
      return {BadInputCode::kMalformed, "action_id is not 32 lower-case hexadecimal digits"};
    }
  }
  if (const auto* answer = std::get_if<Verdict>(&payload)) {
    BadInput problem = internal::CheckAnswer(state.approvals, *answer, now).problem;
    if (!problem.ok()) return problem;
  }
  return features_.Prepare(state.features, signal, scratch);
}

BadInput DecisionCore::CheckSize(CustomerState& state, const Signal& signal,
                                 const SignalPayload& payload, const FeatureUpdate& update) const {
  const std::int64_t growth = internal::GrowthBound(signal, payload, update);
  const bool has_headroom =
      signal.type == kOptOutType || internal::HasHeadroom(signal.family, payload);
  const std::int64_t limit = limits_.bytes_max + (has_headroom ? kHeadroomBytes : 0);
  // The bound is cheap and never too low: what it lets pass would pass the exact measure too, so
  // the answer does not depend on what was measured when.
  if (state.bytes_bound + growth > limit) state.MeasureBytes(layout());
  if (state.bytes_bound + growth > limit) {
    return {BadInputCode::kStateTooLarge, "with this input the customer's state could have " +
                                              std::to_string(state.bytes_bound + growth) +
                                              " bytes, more than " + std::to_string(limit)};
  }
  state.bytes_bound += growth;
  return {};
}

void DecisionCore::Apply(CustomerState& state, const Signal& signal, const SignalPayload& payload,
                         TimeMs now, Observed& observed) const {
  if (const auto* update = std::get_if<ProfileUpdate>(&payload)) {
    state.profile.Apply(*update, {signal.event_time, signal.content_hash});
    observed.contacts_unused = static_cast<std::int32_t>(update->contacts.size());
  } else if (const auto* receipt = std::get_if<Receipt>(&payload)) {
    observed.settlement = state.ledger.Settle(*ParseActionId(receipt->action_id), receipt->status,
                                              receipt->occurred, now);
  } else if (const auto* answer = std::get_if<Verdict>(&payload)) {
    FollowAnswer(state, *answer, now, observed);
  } else if (signal.type == kOptOutType) {
    state.profile.OptOut(TextOf(signal, "purpose"), TextOf(signal, "channel"), signal.event_time);
  }
}

Observed DecisionCore::ForgetAll(CustomerState& state, TimeMs now) const {
  Observed observed;
  observed.kind = ObservedKind::kForgotten;
  for (const PendingApproval& pending : state.approvals.open()) {
    ApprovalRequest request = pending.request;
    request.state = ApprovalState::kWithdrawn;
    request.closed_reason = "forgotten";
    request.changed = now;
    request.held_until.reset();
    observed.withdrawn.push_back(std::move(request));
  }
  state = NewState();
  return observed;
}

void DecisionCore::FollowAnswer(CustomerState& state, const Verdict& answer, TimeMs now,
                                Observed& observed) const {
  ApprovalStep step{.approval_id = answer.approval_id,
                    .point = {},
                    .answer = answer,
                    .no_effect = internal::CheckAnswer(state.approvals, answer, now).no_effect};
  if (const PendingApproval* pending = state.approvals.Find(answer.approval_id)) {
    step.point = pending->point;
  }
  observed.requests.push_back(
      {.trigger = {TriggerKind::kVerdict, answer.approval_id, answer.verdict_id, {}},
       .now = now,
       .approval = std::make_shared<const ApprovalStep>(std::move(step))});
}

void DecisionCore::OpenPoints(CustomerState& state, const Signal& signal, TimeMs now,
                              Observed& observed) const {
  const std::vector<DecisionPointDefinition>& points = definition_.catalogue.points;
  for (std::uint32_t i = 0; i < points.size(); ++i) {
    const auto& on = points[i].on_signal;
    const bool is_meant = std::any_of(
        on.begin(), on.end(), [&](const SignalMatch& match) { return Matches(match, signal); });
    if (!is_meant) continue;
    if ((now - signal.event_time).count() > points[i].max_signal_age_ms) {
      observed.is_too_old = true;
      continue;
    }
    Ask(state, i, {TriggerKind::kSignal, signal.source, signal.id, signal.event_time}, now,
        observed);
  }
}

void DecisionCore::OpenDuePoints(CustomerState& state, std::string_view timer, TimeMs due,
                                 TimeMs now, Observed& observed) const {
  const std::string_view digits = timer.substr(kDueTimer.size());
  CaseDeadline deadline{.due = due};
  std::from_chars(digits.data(), digits.data() + digits.size(), deadline.key);
  const std::vector<std::size_t> slots = state.Tell(deadline);
  const auto is_told = [&](const std::string& feature) {
    return std::ranges::any_of(
        slots, [&](std::size_t slot) { return features_.definition(slot).name == feature; });
  };
  const std::vector<DecisionPointDefinition>& points = definition_.catalogue.points;
  for (std::uint32_t i = 0; i < points.size(); ++i) {
    if (!std::ranges::any_of(points[i].on_due, is_told)) continue;
    Ask(state, i, {TriggerKind::kTimer, {}, std::string(timer), due}, now, observed);
  }
}

void DecisionCore::StartPeriods(CustomerState& state, const CustomerId& customer,
                                TimeMs now) const {
  for (const DecisionPointDefinition& point : definition_.catalogue.points) {
    if (point.every_ms == 0) continue;
    PointState& known = state.PointOf(point.name);
    if (known.periodic < TimeMs::Max()) continue;
    // Spread over the period, or everybody who came with one load would be decided at once.
    const std::uint64_t phase = SipHash64({}, point.name + '\0' + customer.value()) %
                                static_cast<std::uint64_t>(point.every_ms);
    known.periodic = {now.value + 1 + static_cast<std::int64_t>(phase)};
  }
}

void DecisionCore::Ask(CustomerState& state, std::uint32_t point, Trigger trigger, TimeMs now,
                       Observed& observed) const {
  const DecisionPointDefinition& definition = definition_.catalogue.points[point];
  PointState& known = state.PointOf(definition.name);
  const TimeMs earliest = Later(known.decided, definition.min_interval_ms);
  if (earliest > now) {
    known.wake = std::min(known.wake, earliest);
    return;
  }
  known.decided = now;
  known.wake = TimeMs::Max();
  const auto ordinal = static_cast<std::uint32_t>(observed.requests.size());
  observed.requests.push_back({point, std::move(trigger), ordinal, now});
}

Observed DecisionCore::OnTimer(CustomerState& state, std::string_view name, TimeMs due,
                               TimeMs now) const {
  EVENKEEL_CHECK(state.layout_id == layout().id && !state.is_in_wave);
  Observed observed;
  if (name == kReturnTimer) {
    observed.returned = state.ledger.ReturnExpired(std::max(due, now));
    return observed;
  }
  if (name.starts_with(kDueTimer)) OpenDuePoints(state, name, due, now, observed);
  if (name.starts_with(kApprovalTimer)) {
    OnApprovalTimer(state, name, due, now, observed);
    return observed;
  }
  if (!name.starts_with(kDecideTimer)) return observed;
  const std::string_view wanted = name.substr(kDecideTimer.size());
  const std::vector<DecisionPointDefinition>& points = definition_.catalogue.points;
  const auto point =
      std::find_if(points.begin(), points.end(), [&](const auto& p) { return p.name == wanted; });
  if (point == points.end()) {
    // A point of an older bundle.
    std::erase_if(state.points, [&](const PointState& known) { return known.name == wanted; });
    return observed;
  }
  PointState& known = state.PointOf(point->name);
  if (known.wake <= due) known.wake = TimeMs::Max();
  if (known.periodic <= due) {
    // Periods that passed while nobody was there are not made up for.
    const std::int64_t missed =
        point->every_ms == 0
            ? 0
            : std::max<std::int64_t>(0, (now - known.periodic).count()) / point->every_ms;
    known.periodic = point->every_ms == 0
                         ? TimeMs::Max()
                         : TimeMs{known.periodic.value + (missed + 1) * point->every_ms};
  }
  const auto index = static_cast<std::uint32_t>(point - points.begin());
  Ask(state, index, {TriggerKind::kTimer, {}, std::string(name), due}, now, observed);
  return observed;
}

void DecisionCore::OnApprovalTimer(CustomerState& state, std::string_view name, TimeMs due,
                                   TimeMs now, Observed& observed) {
  PendingApproval* pending = state.approvals.Find(name.substr(kApprovalTimer.size()));
  if (pending == nullptr || pending->due > due) return;
  pending->due = TimeMs::Max();
  ApprovalStep step{.approval_id = pending->request.approval_id, .point = pending->point};
  observed.requests.push_back({.trigger = {TriggerKind::kTimer, {}, std::string(name), due},
                               .now = now,
                               .approval = std::make_shared<const ApprovalStep>(std::move(step))});
}

void DecisionCore::Score(PendingDecision& pending) const {
  pending.values.resize(features_.size());
  features_.Read(pending.state->features, pending.request.now, pending.values);
  churn_.Score(pending.values, pending.churn);
}

bool DecisionCore::ScoreToReport(PendingDecision& pending) const {
  if (!definition_.score_step_ppb) return false;
  Score(pending);
  std::optional<std::int64_t>& reported = pending.state->reported_churn_ppb;
  const std::int64_t now = pending.churn.churn_ppb;
  if (reported && std::abs(now - *reported) <= *definition_.score_step_ppb) return false;
  reported = now;
  return true;
}

}  // namespace evenkeel
