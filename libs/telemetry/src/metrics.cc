#include "evenkeel/telemetry/metrics.h"

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <map>

#include <prometheus/metric_family.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>
#include <unistd.h>

namespace evenkeel {
namespace {

MetricSample Gauge(std::string name, std::string help, double value) {
  return {std::move(name), std::move(help), MetricKind::kGauge, {}, value};
}

// The names and meanings are those every Prometheus client library gives.
void ReadProcess(std::vector<MetricSample>& out) {
  std::timespec cpu{};
  if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu) == 0) {
    out.push_back({"process_cpu_seconds_total",
                   "User and system CPU time spent, in seconds.",
                   MetricKind::kCounter,
                   {},
                   static_cast<double>(cpu.tv_sec) + static_cast<double>(cpu.tv_nsec) / 1e9});
  }
  std::ifstream memory("/proc/self/statm");
  double virtual_pages = 0;
  double resident_pages = 0;
  if (memory >> virtual_pages >> resident_pages) {
    const auto page = static_cast<double>(sysconf(_SC_PAGESIZE));
    out.push_back(Gauge("process_virtual_memory_bytes", "Virtual memory size in bytes.",
                        virtual_pages * page));
    out.push_back(Gauge("process_resident_memory_bytes", "Resident memory size in bytes.",
                        resident_pages * page));
  }
  std::error_code error;
  const auto descriptors = std::filesystem::directory_iterator("/proc/self/fd", error);
  if (!error) {
    out.push_back(Gauge("process_open_fds", "Number of open file descriptors.",
                        static_cast<double>(std::distance(begin(descriptors), end(descriptors)))));
  }
}

prometheus::ClientMetric ToClientMetric(const MetricSample& sample) {
  prometheus::ClientMetric metric;
  for (const MetricLabel& label : sample.labels) metric.label.push_back({label.name, label.value});
  if (sample.kind == MetricKind::kCounter) {
    metric.counter.value = sample.value;
  } else {
    metric.gauge.value = sample.value;
  }
  return metric;
}

}  // namespace

Metrics::Metrics(std::string version)
    : version_(std::move(version)), registry_(std::make_shared<prometheus::Registry>()) {}

Metrics::~Metrics() = default;

void Metrics::AddSource(Source source) {
  const std::lock_guard lock(mutex_);
  sources_.push_back(std::move(source));
}

std::string Metrics::Scrape() const {
  std::vector<MetricSample> samples;
  samples.push_back({"evenkeel_build_info",
                     "Always 1; the labels say which build this is.",
                     MetricKind::kGauge,
                     {{"version", version_}},
                     1});
  ReadProcess(samples);
  {
    const std::lock_guard lock(mutex_);
    for (const Source& source : sources_) source(samples);
  }
  std::map<std::string, prometheus::MetricFamily> families;
  for (const MetricSample& sample : samples) {
    prometheus::MetricFamily& family = families[sample.name];
    family.name = sample.name;
    family.help = sample.help;
    family.type = sample.kind == MetricKind::kCounter ? prometheus::MetricType::Counter
                                                      : prometheus::MetricType::Gauge;
    family.metric.push_back(ToClientMetric(sample));
  }
  std::vector<prometheus::MetricFamily> all = registry_->Collect();
  for (auto& [name, family] : families) all.push_back(std::move(family));
  return prometheus::TextSerializer().Serialize(all);
}

}  // namespace evenkeel
