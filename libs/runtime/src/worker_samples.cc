#include "worker_samples.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "evenkeel/base/clock.h"

namespace evenkeel {
namespace {

using Counter = std::uint64_t WorkerCounters::*;

struct CounterSpec {
  const char* name;
  const char* help;
  Counter counter;
};

constexpr std::array<CounterSpec, 19> kCounters = {{
    {"evenkeel_engine_records_total", "Input records processed.", &WorkerCounters::records},
    {"evenkeel_engine_timers_total", "Timers fired.", &WorkerCounters::timers},
    {"evenkeel_engine_local_events_total", "Results of effects taken in.",
     &WorkerCounters::local_events},
    {"evenkeel_engine_outputs_total", "Records written, changelog and journal not counted.",
     &WorkerCounters::outputs},
    {"evenkeel_engine_dead_letters_total", "Records written to dead-letter topics.",
     &WorkerCounters::dead_letters},
    {"evenkeel_engine_slices_total", "Slices processed.", &WorkerCounters::slices},
    {"evenkeel_engine_commits_total", "Transactions acknowledged.", &WorkerCounters::commits},
    {"evenkeel_engine_aborts_total", "Transactions aborted.", &WorkerCounters::aborts},
    {"evenkeel_engine_fences_total", "Times another owner took over.", &WorkerCounters::fences},
    {"evenkeel_engine_sessions_total", "Sessions with the log opened.", &WorkerCounters::sessions},
    {"evenkeel_engine_repeats_dropped_total", "Records delivered again below the position.",
     &WorkerCounters::repeats_dropped},
    {"evenkeel_engine_offset_mismatches_total",
     "Group offsets that differed from the commit record.", &WorkerCounters::offset_mismatches},
    {"evenkeel_engine_states_cached_total", "States that a transaction found decoded.",
     &WorkerCounters::states_cached},
    {"evenkeel_engine_states_loaded_total", "States that a transaction looked for in the store.",
     &WorkerCounters::states_loaded},
    {"evenkeel_engine_restores_total", "Tasks restored.", &WorkerCounters::restores},
    {"evenkeel_engine_restored_records_total", "Changelog records read at restore.",
     &WorkerCounters::restored_records},
    {"evenkeel_engine_stores_wiped_total", "Local stores thrown away and restored.",
     &WorkerCounters::stores_wiped},
    {"evenkeel_engine_effects_total", "Effects handed out.", &WorkerCounters::effects},
    {"evenkeel_engine_gaps_accepted_total", "Input gaps accepted by an operator.",
     &WorkerCounters::gaps_accepted},
}};

constexpr std::array kPhases = {TaskPhase::kWaitingForGlobals, TaskPhase::kRestoring,
                                TaskPhase::kRunning, TaskPhase::kStopped};

void AppendCounters(const std::vector<MetricLabel>& labels,
                    const std::vector<WorkerStatus>& workers, std::vector<MetricSample>& out) {
  for (const CounterSpec& spec : kCounters) {
    std::uint64_t sum = 0;
    for (const WorkerStatus& worker : workers) sum += worker.counters.*spec.counter;
    out.push_back({spec.name, spec.help, MetricKind::kCounter, labels, static_cast<double>(sum)});
  }
  std::chrono::nanoseconds commit_time{0};
  for (const WorkerStatus& worker : workers) commit_time += worker.counters.commit_time;
  out.push_back({"evenkeel_engine_commit_seconds_total",
                 "Time from commit to acknowledgement, summed over transactions.",
                 MetricKind::kCounter, labels, std::chrono::duration<double>(commit_time).count()});
}

void AppendPhases(const std::vector<MetricLabel>& labels, const std::vector<WorkerStatus>& workers,
                  std::vector<MetricSample>& out) {
  for (const TaskPhase phase : kPhases) {
    std::size_t count = 0;
    for (const WorkerStatus& worker : workers) {
      count += static_cast<std::size_t>(
          std::count_if(worker.tasks.begin(), worker.tasks.end(),
                        [phase](const TaskStatus& task) { return task.phase == phase; }));
    }
    std::vector<MetricLabel> with_phase = labels;
    with_phase.push_back({"phase", std::string(TaskPhaseName(phase))});
    out.push_back({"evenkeel_engine_tasks", "Tasks owned, by phase.", MetricKind::kGauge,
                   std::move(with_phase), static_cast<double>(count)});
  }
}

void AppendStores(const std::vector<MetricLabel>& labels, const std::vector<WorkerStatus>& workers,
                  std::vector<MetricSample>& out) {
  StoreFigures sum;
  int stalled = 0;
  for (const WorkerStatus& worker : workers) {
    for (const TaskStatus& task : worker.tasks) {
      sum += task.store;
      if (task.store.is_write_stalled) ++stalled;
    }
  }
  const auto add = [&](const char* name, const char* help, double value) {
    out.push_back({name, help, MetricKind::kGauge, labels, value});
  };
  add("evenkeel_store_memtable_bytes", "State in memory, not yet written to tables.",
      static_cast<double>(sum.memtable_bytes));
  add("evenkeel_store_table_bytes", "State in tables on disk.",
      static_cast<double>(sum.table_bytes));
  add("evenkeel_store_pending_compaction_bytes", "What compaction still has to rewrite, estimated.",
      static_cast<double>(sum.pending_compaction_bytes));
  add("evenkeel_store_stalled_stores", "Stores whose writes are slowed down or stopped.", stalled);
}

void AppendWorkerGauges(const std::vector<MetricLabel>& labels,
                        const std::vector<WorkerStatus>& workers, std::vector<MetricSample>& out) {
  std::size_t read_ahead = 0;
  std::size_t state_cache = 0;
  std::size_t restoring = 0;
  for (const WorkerStatus& worker : workers) {
    read_ahead += worker.read_ahead_bytes;
    state_cache += worker.state_cache_bytes;
    restoring += worker.restoring;
  }
  out.push_back({"evenkeel_engine_read_ahead_bytes", "Memory of records read ahead.",
                 MetricKind::kGauge, labels, static_cast<double>(read_ahead)});
  out.push_back({"evenkeel_engine_state_cache_bytes",
                 "Memory of states kept decoded between transactions, estimated.",
                 MetricKind::kGauge, labels, static_cast<double>(state_cache)});
  out.push_back({"evenkeel_engine_restoring_tasks", "Tasks whose changelogs are being read.",
                 MetricKind::kGauge, labels, static_cast<double>(restoring)});
}

struct TopicFigures {
  double buffered = 0;
  double lag = 0;
  std::int64_t oldest_ms = TimeMs::Max().value;
  bool behind = false;
};

void AppendInputs(const std::vector<MetricLabel>& labels, const std::vector<WorkerStatus>& workers,
                  std::vector<MetricSample>& out) {
  std::map<std::string, TopicFigures> topics;
  for (const WorkerStatus& worker : workers) {
    for (const TaskStatus& task : worker.tasks) {
      for (const InputStatus& input : task.inputs) {
        TopicFigures& figures = topics[input.topic];
        figures.buffered += static_cast<double>(input.buffered);
        figures.lag += static_cast<double>(input.lag);
        if (input.at_end && input.buffered == 0) continue;
        figures.behind = true;
        figures.oldest_ms = std::min(figures.oldest_ms, input.last_timestamp.value);
      }
    }
  }
  const TimeMs now = WallTime();
  for (const auto& [topic, figures] : topics) {
    std::vector<MetricLabel> with_topic = labels;
    with_topic.push_back({"topic", topic});
    out.push_back({"evenkeel_engine_buffered_records", "Records read ahead.", MetricKind::kGauge,
                   with_topic, figures.buffered});
    out.push_back({"evenkeel_engine_lag_records",
                   "Records written and not yet processed and committed; on Kafka, offsets.",
                   MetricKind::kGauge, with_topic, figures.lag});
    const bool known = figures.behind && figures.oldest_ms != TimeMs::Min().value;
    out.push_back({"evenkeel_engine_lag_seconds",
                   "Age of the last record processed, where more is there to process.",
                   MetricKind::kGauge, with_topic,
                   known ? static_cast<double>(now.value - figures.oldest_ms) / 1000 : 0});
  }
}

}  // namespace

void AppendWorkerSamples(const std::string& application, const std::vector<WorkerStatus>& workers,
                         std::vector<MetricSample>& out) {
  const std::vector<MetricLabel> labels = {{"application", application}};
  AppendCounters(labels, workers, out);
  AppendPhases(labels, workers, out);
  AppendInputs(labels, workers, out);
  AppendStores(labels, workers, out);
  AppendWorkerGauges(labels, workers, out);
}

void LogWorkerChanges(const Logger& logger, const std::string& application, std::size_t worker,
                      const WorkerStatus& status, std::map<Partition, TaskPhase>& phases,
                      std::string& health) {
  if (const std::string now = status.health.ok() ? "" : status.health.ToString(); now != health) {
    health = now;
    logger.Write(now.empty() ? LogSeverity::kInfo : LogSeverity::kWarning, "worker",
                 now.empty() ? "going on" : "nothing is processed for now",
                 {{"application", PublicText(application)},
                  {"worker", worker},
                  {"reason", PublicText(now)}});
  }
  std::map<Partition, TaskPhase> current;
  for (const TaskStatus& task : status.tasks) {
    current[task.row] = task.phase;
    const auto before = phases.find(task.row);
    if (before != phases.end() && before->second == task.phase) continue;
    const bool stopped = task.phase == TaskPhase::kStopped;
    logger.Write(stopped ? LogSeverity::kError : LogSeverity::kInfo, "worker", "task",
                 {{"application", PublicText(application)},
                  {"row", task.row},
                  {"phase", PublicText(TaskPhaseName(task.phase))},
                  {"reason", PublicText(task.status.ok() ? "" : task.status.ToString())}});
  }
  phases = std::move(current);
}

}  // namespace evenkeel
