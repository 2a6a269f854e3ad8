#include "decider/decider_metrics.h"

#include <prometheus/histogram.h>
#include <prometheus/registry.h>

namespace evenkeel {
namespace {

prometheus::Histogram& LatencyHistogram(Metrics& metrics) {
  return prometheus::BuildHistogram()
      .Name("evenkeel_decision_latency_seconds")
      .Help("Time from a record's timestamp to its decision, before the commit.")
      .Register(metrics.registry())
      .Add({}, prometheus::Histogram::BucketBoundaries{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1,
                                                       2.5, 5, 10, 60});
}

void Append(const char* name, const char* help, const std::array<const char*, 2>& labels,
            const std::map<std::array<std::string, 2>, std::uint64_t>& counters,
            std::vector<MetricSample>& out, double scale = 1) {
  for (const auto& [key, count] : counters) {
    MetricSample sample{name, help, MetricKind::kCounter, {}, scale * static_cast<double>(count)};
    for (std::size_t i = 0; i < labels.size(); ++i) {
      if (labels[i] != nullptr) sample.labels.push_back({labels[i], key[i]});
    }
    out.push_back(std::move(sample));
  }
}

bool HasGoneOut(DecisionVerdict verdict) {
  return verdict == DecisionVerdict::kExecute || verdict == DecisionVerdict::kTask ||
         verdict == DecisionVerdict::kReleased;
}

}  // namespace

DeciderMetrics::DeciderMetrics(Metrics& metrics) : latency_(LatencyHistogram(metrics)) {
  metrics.AddSource([this](std::vector<MetricSample>& out) { Collect(out); });
}

void DeciderCounts::Count(Counters& counters, std::string_view first, std::string_view second,
                          std::uint64_t count) {
  counters[{std::string(first), std::string(second)}] += count;
}

void DeciderCounts::OnSignal(std::string_view family, std::string_view what) {
  Count(signals_, family, what);
}

void DeciderCounts::OnTolerated(std::string_view what, std::uint64_t count) {
  if (count > 0) Count(tolerated_, what, "", count);
}

void DeciderCounts::OnDeadLetter(std::string_view reason) { Count(dead_letters_, reason, ""); }

void DeciderCounts::OnDecision(const Decision& decision) {
  // What a decision is about, also where it comes to nothing: an approval that is rejected.
  const std::string& action =
      decision.action ? decision.action->action : decision.candidates[decision.chosen].action;
  Count(decisions_, action, DecisionVerdictName(decision.verdict));
  const std::int64_t value_micro = decision.candidates[decision.chosen].ev_micro;
  if (decision.action && HasGoneOut(decision.verdict) && value_micro > 0) {
    Count(value_micros_, action, DecisionVerdictName(decision.verdict),
          static_cast<std::uint64_t>(value_micro));
  }
  for (const Candidate& candidate : decision.candidates) {
    if (candidate.reasons.empty()) continue;
    Count(fallen_, candidate.action, ReasonCodeName(candidate.reasons.front().code));
  }
}

void DeciderMetrics::Add(const DeciderCounts& committed) {
  for (const double seconds : committed.latencies_) latency_.Observe(seconds);
  const std::lock_guard lock(mutex_);
  for (const auto part :
       {&DeciderCounts::signals_, &DeciderCounts::tolerated_, &DeciderCounts::dead_letters_,
        &DeciderCounts::decisions_, &DeciderCounts::fallen_, &DeciderCounts::value_micros_}) {
    for (const auto& [key, count] : committed.*part) (sum_.*part)[key] += count;
  }
}

void DeciderMetrics::Collect(std::vector<MetricSample>& out) const {
  const std::lock_guard lock(mutex_);
  Append("evenkeel_signals_total", "Signals, by family and what became of them.",
         {"family", "result"}, sum_.signals_, out);
  Append("evenkeel_signals_tolerated_total",
         "Parts of signals that were taken in and not used: unknown fields and values, contacts.",
         {"what", nullptr}, sum_.tolerated_, out);
  Append("evenkeel_dead_letters_total", "Records that could not be used, by reason.",
         {"reason", nullptr}, sum_.dead_letters_, out);
  Append("evenkeel_decisions_total", "Decisions, by the action chosen and the verdict.",
         {"action", "verdict"}, sum_.decisions_, out);
  Append("evenkeel_candidates_fallen_total", "Candidates that were not chosen, by first reason.",
         {"action", "reason"}, sum_.fallen_, out);
  Append("evenkeel_expected_value_total",
         "What actions that went out are expected to be worth, in the bundle's currency.",
         {"action", "verdict"}, sum_.value_micros_, out, 1e-6);
}

}  // namespace evenkeel
