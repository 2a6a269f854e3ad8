#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "evenkeel/base/hash.h"
#include "evenkeel/decision/decision_wave.h"

namespace evenkeel::testing {

inline constexpr std::int64_t kMinuteMs = 60'000;
inline constexpr std::int64_t kHourMs = 60 * kMinuteMs;
inline constexpr std::int64_t kDayMs = 24 * kHourMs;
inline constexpr TimeMs kMonday{1'704'067'200'000};  // 2024-01-01T00:00Z.
inline constexpr Currency kEuro{{'E', 'U', 'R'}};
inline constexpr std::int64_t kEuroMicro = 1'000'000;
inline constexpr std::int64_t kPointPpb = 10'000'000;  // One percentage point.

inline TimeMs At(std::int64_t days, std::int64_t hours = 0, std::int64_t minutes = 0) {
  return {kMonday.value + days * kDayMs + hours * kHourMs + minutes * kMinuteMs};
}

inline Signal MakeSignal(std::string type, TimeMs time, std::vector<SignalField> fields = {},
                         std::string customer = "ada", std::string id = "") {
  static int next_id = 0;
  Signal signal;
  signal.id = id.empty() ? "id-" + std::to_string(++next_id) : std::move(id);
  signal.source = "test";
  signal.type = std::move(type);
  signal.customer = CustomerId(std::move(customer));
  signal.event_time = time;
  std::sort(fields.begin(), fields.end(),
            [](const SignalField& a, const SignalField& b) { return a.name < b.name; });
  signal.fields = std::move(fields);
  signal.content_hash = SipHash64({}, signal.type + std::to_string(time.value));
  return signal;
}

/// A card whose voluntary hazard is 10 % a period, and 40 % after a failed payment or more; the
/// involuntary one 1 %. Two periods of 30 days.
inline Scorecard MakeCard() {
  Scorecard card;
  card.name = "card";
  card.version = "1";
  card.horizon_periods = 2;
  CardTerm failed;
  failed.feature = "failed_payments";
  failed.shape = TermShape::kBins;
  failed.bins = {{{1, 0}, 1'791'759}};  // ln(0.4 / 0.6) - ln(0.1 / 0.9).
  card.hazards = {
      {.cause = ChurnCause::kVoluntary, .intercept_micro = -2'197'225, .terms = {failed}},
      {.cause = ChurnCause::kInvoluntary, .intercept_micro = -4'595'120}};
  // Calm: exposure 1 + 0.89, leaving 0.11 each.
  card.golden = {{.name = "calm", .inputs = {}, .churn_ppb = 207'900'000, .tolerance_ppb = 1000}};
  return card;
}

inline ActionDefinition MakeAction(std::string name, std::int64_t uplift_ppb) {
  ActionDefinition action;
  action.name = std::move(name);
  action.domain = "retention";
  action.purpose = "marketing";
  action.uplift = {{.mean_ppb = uplift_ppb,
                    .low_ppb = uplift_ppb - kPointPpb,
                    .high_ppb = uplift_ppb + kPointPpb}};
  action.treatments = {{.name = "mail",
                        .channel = "email",
                        .template_name = "t1",
                        .cost_micro = kEuroMicro / 10,
                        .send_window_ms = 4 * kHourMs}};
  return action;
}

/// A small subscription business: margin 10 EUR a period, no value after the horizon, no discount;
/// one nudge with an uplift of 4 points; decisions on failed payments; level L2; no holdout.
inline CoreDefinition MakeDefinition() {
  CoreDefinition definition;
  definition.name = "test";
  definition.version = "1";
  definition.currency = kEuro;
  definition.features = {{.name = "failed_payments",
                          .kind = FeatureKind::kCount,
                          .match = {.types = {"billing.payment_attempt"},
                                    .fields = {{"status", {std::string("failed")}, ""}}},
                          .window_ms = 30 * kDayMs},
                         {.name = "usage",
                          .kind = FeatureKind::kCount,
                          .match = {.types = {"usage.*"}, .fields = {}}}};
  definition.scorecard = MakeCard();
  definition.policy.version = "p1";
  definition.policy.autonomy = {{"retention", "", AutonomyLevel::kL2}};
  definition.policy.time_zones = {
      {.name = "UTC", .version = "2024a", .transitions = {{TimeMs::Min(), 0}}}};
  definition.policy.default_time_zone = "UTC";
  definition.catalogue.value.margin_micro = 10 * kEuroMicro;
  definition.catalogue.actions = {MakeAction("nudge", 4 * kPointPpb)};
  definition.catalogue.points = {
      {.name = "payment",
       .on_signal = {{.types = {"billing.payment_attempt"}, .fields = {}}},
       .domains = {"retention"}}};
  return definition;
}

inline Signal FailedPayment(TimeMs time, std::string customer = "ada") {
  return MakeSignal("billing.payment_attempt", time, {{"status", std::string("failed")}},
                    std::move(customer));
}

inline ProfileUpdate Consents(TimeMs since) {
  ProfileUpdate update;
  for (const char* channel : {"email", "sms", "push"}) {
    update.consents.push_back({.purpose = "marketing",
                               .channel = channel,
                               .state = ConsentState::kGranted,
                               .since = since});
  }
  return update;
}

/// Keeps what is decided, and makes the bytes of actions that persons are asked about, as a decider
/// does.
class DecisionList final : public DecisionSink {
 public:
  void OnDecision(CustomerState& state, Decision decision) override {
    if (decision.request && decision.request->state == ApprovalState::kOpen) {
      decision.request->action = "bytes of " + decision.request->action_id;
      decision.request->action_digest = Sha256(decision.request->action);
      state.SealApproval(*decision.request);
    }
    decisions.push_back(std::move(decision));
  }

  std::vector<Decision> decisions;
};

/// Customers under one bundle. Time is what each call says it is.
class World {
 public:
  explicit World(CoreDefinition definition, StateLimits limits = {})
      : core(std::move(DecisionCore::Create(std::move(definition), limits)).value()),
        wave(*core, {.deployment = "test", .task_epoch = 1}, list) {}

  CustomerState& StateOf(const std::string& customer = "ada") {
    for (auto& [name, state] : states) {
      if (name == customer) return *state;
    }
    states.emplace_back(customer, std::make_unique<CustomerState>(core->NewState()));
    return *states.back().second;
  }

  Observed Feed(const Signal& signal, TimeMs now, const SignalPayload& payload = {}) {
    return wave.Observe(StateOf(signal.customer.value()), signal, payload, now);
  }

  void Consent(TimeMs now, const std::string& customer = "ada") {
    Signal signal = MakeSignal("profile.update", now, {}, customer);
    signal.family = SignalFamily::kProfile;
    Feed(signal, now, Consents(now));
  }

  Observed Report(const std::string& action_id, ReceiptStatus status, TimeMs now,
                  const std::string& customer = "ada") {
    Signal signal = MakeSignal("receipt", now, {}, customer);
    signal.family = SignalFamily::kReceipt;
    return Feed(signal, now, Receipt{.action_id = action_id, .status = status, .occurred = now});
  }

  /// The decision that a failed payment leads to.
  Decision FailPayment(TimeMs now, const std::string& customer = "ada") {
    Feed(FailedPayment(now, customer), now);
    wave.Close();
    return Last();
  }

  Decision Last() {
    EVENKEEL_CHECK(!list.decisions.empty());
    return list.decisions.back();
  }

  /// Fires the timers that are due until `until`, each at its time.
  void RunTimersUntil(TimeMs until, const std::string& customer = "ada") {
    while (true) {
      wave.Close();
      std::vector<CustomerTimer> timers;
      StateOf(customer).TimersTo(timers);
      const auto first = std::min_element(
          timers.begin(), timers.end(), [](const auto& a, const auto& b) { return a.due < b.due; });
      if (first == timers.end() || first->due > until) return;
      wave.OnTimer(StateOf(customer), CustomerId(customer), first->name, first->due, first->due);
    }
  }

  std::shared_ptr<const DecisionCore> core;
  DecisionList list;
  DecisionWave wave;
  std::vector<std::pair<std::string, std::unique_ptr<CustomerState>>> states;
};

}  // namespace evenkeel::testing
