#include "ingest/ingest_metrics.h"

#include <prometheus/histogram.h>
#include <prometheus/registry.h>

namespace evenkeel {
namespace {

prometheus::Histogram& CommitHistogram(Metrics& metrics) {
  return prometheus::BuildHistogram()
      .Name("evenkeel_ingest_commit_seconds")
      .Help("Time from taking a request to the commit of its events.")
      .Register(metrics.registry())
      .Add({}, prometheus::Histogram::BucketBoundaries{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                                       0.25, 0.5, 1, 2.5, 5, 10, 30});
}

}  // namespace

IngestMetrics::IngestMetrics(Metrics& metrics) : commits_(CommitHistogram(metrics)) {
  metrics.AddSource([this](std::vector<MetricSample>& out) { Collect(out); });
}

void IngestMetrics::OnRefused(std::string_view reason, std::size_t events) {
  const std::lock_guard lock(mutex_);
  refused_[std::string(reason)] += events;
}

void IngestMetrics::OnCommit(double seconds) { commits_.Observe(seconds); }

void IngestMetrics::Collect(std::vector<MetricSample>& out) const {
  const char* const events = "Events answered with 202, by what became of them.";
  out.push_back({"evenkeel_ingest_events_total",
                 events,
                 MetricKind::kCounter,
                 {{"result", "written"}},
                 static_cast<double>(written_)});
  out.push_back({"evenkeel_ingest_events_total",
                 events,
                 MetricKind::kCounter,
                 {{"result", "repeated"}},
                 static_cast<double>(repeated_)});
  out.push_back({"evenkeel_ingest_reopened_total",
                 "Times that the log was opened anew after a doubt.",
                 MetricKind::kCounter,
                 {},
                 static_cast<double>(reopened_)});
  out.push_back({"evenkeel_ingest_requests_pending",
                 "Requests that wait for a commit.",
                 MetricKind::kGauge,
                 {},
                 static_cast<double>(pending_)});
  out.push_back({"evenkeel_ingest_events_remembered",
                 "Events whose repeat would be told.",
                 MetricKind::kGauge,
                 {},
                 static_cast<double>(remembered_)});
  const std::lock_guard lock(mutex_);
  for (const auto& [reason, count] : refused_) {
    out.push_back({"evenkeel_ingest_refused_total",
                   "Requests and events that were not taken, by reason.",
                   MetricKind::kCounter,
                   {{"reason", reason}},
                   static_cast<double>(count)});
  }
}

}  // namespace evenkeel
