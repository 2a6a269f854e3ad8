// What the decision core costs for one customer with a full memory of ids, under a bundle of the
// size that real ones have: 12 features, 2 hazards, 10 candidates, 3 caps, quiet hours, a holdout.
// Run with --benchmark_format=json for figures.

#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "evenkeel/base/check.h"
#include "evenkeel/decision/decision_wave.h"

namespace evenkeel {
namespace {

constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::int64_t kDayMs = 24 * kHourMs;
constexpr TimeMs kStart{1'795'000'000'000};
constexpr Currency kEuro{{'E', 'U', 'R'}};

std::vector<FeatureDefinition> Features() {
  std::vector<FeatureDefinition> features;
  const std::vector<std::string> types = {"usage.session", "billing.payment_attempt",
                                          "support.ticket_opened"};
  for (const std::string& type : types) {
    const std::string base = type.substr(0, type.find('.'));
    FeatureDefinition count{.name = base + "_7d",
                            .kind = FeatureKind::kCount,
                            .match = {.types = {type}, .fields = {}},
                            .window_ms = 7 * kDayMs};
    FeatureDefinition sum = count;
    sum.name = base + "_30d";
    sum.kind = FeatureKind::kSum;
    sum.value = {.field = "amount", .scale = 2};
    sum.scale = 2;
    sum.window_ms = 30 * kDayMs;
    FeatureDefinition decayed = sum;
    decayed.name = base + "_decayed";
    decayed.kind = FeatureKind::kDecayedSum;
    decayed.window_ms = 0;
    decayed.half_life_ms = 14 * kDayMs;
    FeatureDefinition since = count;
    since.name = base + "_since";
    since.kind = FeatureKind::kTimeSince;
    since.window_ms = 0;
    features.insert(features.end(), {count, sum, decayed, since});
  }
  return features;
}

Scorecard Card(const std::vector<FeatureDefinition>& features) {
  Scorecard card;
  card.name = "bench";
  card.hazards = {{.cause = ChurnCause::kVoluntary, .intercept_micro = -3'000'000},
                  {.cause = ChurnCause::kInvoluntary, .intercept_micro = -4'000'000}};
  for (const FeatureDefinition& feature : features) {
    CardTerm term;
    term.feature = feature.name;
    term.shape = feature.scale == 0 ? TermShape::kLog1p : TermShape::kLinear;
    term.weight_micro = -20'000;
    term.per = {feature.kind == FeatureKind::kTimeSince ? kDayMs : 100, 0};
    card.hazards[0].terms.push_back(term);
    if (card.hazards[1].terms.size() < 4) card.hazards[1].terms.push_back(term);
  }
  card.golden = {{.name = "any", .inputs = {}, .churn_ppb = 0, .tolerance_ppb = 1'000'000'000}};
  return card;
}

Catalogue Actions() {
  Catalogue catalogue;
  catalogue.value.margin_micro = 12'000'000;
  catalogue.value.periods_after = 12;
  catalogue.value.discount_ppm = 8'000;
  for (int i = 0; i < 5; ++i) {
    ActionDefinition action;
    action.name = "action_" + std::to_string(i);
    action.domain = "retention";
    action.purpose = "marketing";
    action.applicable = {{"feature.usage_7d", ConditionOp::kBelow, {}, {1'000, 0}}};
    action.incentive = {
        .amount_micro = std::int64_t{i} * 500'000, .take_up_ppm = 300'000, .payments = 3};
    action.uplift = {{.mean_ppb = 20'000'000, .low_ppb = 0, .high_ppb = 40'000'000}};
    action.treatments = {{.name = "mail", .channel = "email", .cost_micro = 10'000},
                         {.name = "push", .channel = "push", .cost_micro = 1'000}};
    catalogue.actions.push_back(action);
  }
  catalogue.points = {{.name = "payment",
                       .on_signal = {{.types = {"billing.payment_attempt"}, .fields = {}}},
                       .domains = {"retention"}}};
  return catalogue;
}

CoreDefinition Definition() {
  CoreDefinition definition;
  definition.name = "bench";
  definition.currency = kEuro;
  definition.features = Features();
  definition.scorecard = Card(definition.features);
  definition.catalogue = Actions();
  PolicyDefinition& policy = definition.policy;
  policy.autonomy = {{"retention", "", AutonomyLevel::kL2}};
  policy.time_zones = {{.name = "UTC", .version = "2024a", .transitions = {{TimeMs::Min(), 0}}}};
  policy.default_time_zone = "UTC";
  policy.caps = {
      {.name = "day", .contacts_max = 1, .window_ms = kDayMs},
      {.name = "week", .contacts_max = 3, .window_ms = 7 * kDayMs},
      {.name = "mail", .channels = {"email"}, .contacts_max = 8, .window_ms = 30 * kDayMs}};
  policy.cool_downs = {{.name = "same", .pause_ms = 3 * kDayMs}};
  policy.quiet_hours = {{.name = "night", .span = {.from_minute = 1320, .to_minute = 480}}};
  policy.holdout = {.share_ppm = 50'000, .epochs = {{{0}, "salt-for-benchmarks"}}};
  return definition;
}

class Discard final : public DecisionSink {
 public:
  void OnDecision(CustomerState& /*state*/, Decision decision) override {
    benchmark::DoNotOptimize(decision.candidates.data());
    ++count;
  }
  std::int64_t count = 0;
};

/// One customer, who consents and has 60 days behind them.
class Customer {
 public:
  Customer() : core_(*DecisionCore::Create(Definition(), {})), state_(core_->NewState()) {
    ProfileUpdate profile;
    for (const char* channel : {"email", "push"}) {
      profile.consents.push_back(
          {.purpose = "marketing", .channel = channel, .state = ConsentState::kGranted});
    }
    Feed("profile.update", 0, profile);
    for (int hour = 0; hour < 60 * 24; hour += 4) Feed("usage.session", kHourMs * 4, {});
  }

  void Feed(const char* type, std::int64_t later_ms, const SignalPayload& payload) {
    now_.value += later_ms;
    signal_.id = "0192f3c4-7c1b-7a52-9a3e-" + std::to_string(++sequence_);
    signal_.source = "/billing/eu-1";
    signal_.type = type;
    signal_.customer = CustomerId("customer-0012345");
    signal_.event_time = now_;
    signal_.content_hash = static_cast<std::uint64_t>(sequence_);
    signal_.fields = {{"amount", Money{.units = 1999, .scale = 2, .currency = kEuro}},
                      {"status", std::string("failed")}};
    wave_.Observe(state_, signal_, payload, now_);
  }

  void Decide(std::int64_t later_ms) {
    Feed("billing.payment_attempt", later_ms, {});
    wave_.Close();
  }

  std::int64_t decisions() const { return sink_.count; }
  const CustomerState& state() const { return state_; }
  const DecisionCore& core() const { return *core_; }

 private:
  std::shared_ptr<const DecisionCore> core_;
  CustomerState state_;
  Discard sink_;
  DecisionWave wave_{*core_, {.deployment = "bench", .task_epoch = 1}, sink_};
  Signal signal_;
  TimeMs now_ = kStart;
  std::int64_t sequence_ = 0;
};

void Observe(benchmark::State& state) {
  Customer customer;
  for ([[maybe_unused]] auto _ : state) customer.Feed("usage.session", 60'000, {});
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(Observe);

void ObserveAndDecide(benchmark::State& state) {
  Customer customer;
  const std::int64_t before = customer.decisions();
  for ([[maybe_unused]] auto _ : state) customer.Decide(kHourMs);
  EVENKEEL_CHECK(customer.decisions() - before == static_cast<std::int64_t>(state.iterations()));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(ObserveAndDecide);

void EncodeState(benchmark::State& state) {
  const Customer customer;
  std::string bytes;
  for ([[maybe_unused]] auto _ : state) {
    bytes.clear();
    customer.state().EncodeTo(customer.core().layout(), bytes);
    benchmark::DoNotOptimize(bytes.data());
  }
  state.counters["bytes"] = static_cast<double>(bytes.size());
}
BENCHMARK(EncodeState);

void DecodeState(benchmark::State& state) {
  const Customer customer;
  LayoutSet layouts;
  layouts.Add(customer.core().layout());
  std::string bytes;
  customer.state().EncodeTo(customer.core().layout(), bytes);
  for ([[maybe_unused]] auto _ : state) {
    Result<CustomerState> decoded = CustomerState::Decode(bytes, layouts);
    EVENKEEL_CHECK(decoded.ok());
  }
}
BENCHMARK(DecodeState);

}  // namespace
}  // namespace evenkeel

BENCHMARK_MAIN();
