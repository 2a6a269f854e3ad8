#include "common/worker_setup.h"

#include <algorithm>
#include <thread>

#include "evenkeel/codec/commit_record_codec.h"

namespace evenkeel {
namespace {

using std::chrono::milliseconds;

constexpr std::int64_t kCacheBytes = 256 << 20;

void FillPolicies(const v1::EngineConfig& config, int workers, WorkerOptions& out) {
  if (config.commit().has_interval_ms()) {
    out.commit.interval = milliseconds(config.commit().interval_ms());
  }
  // Whoever waits longer at all times does so with a backlog, too.
  out.commit.backlog_interval =
      std::max(out.commit.interval, config.commit().has_backlog_interval_ms()
                                        ? milliseconds(config.commit().backlog_interval_ms())
                                        : out.commit.backlog_interval);
  if (config.commit().has_max_records()) {
    out.commit.max_records = static_cast<std::size_t>(config.commit().max_records());
  }
  if (config.commit().has_max_bytes()) {
    out.commit.max_bytes = static_cast<std::size_t>(config.commit().max_bytes());
  }
  if (config.timers().has_max_per_slice()) {
    out.intake.timers_per_slice = static_cast<std::uint32_t>(config.timers().max_per_slice());
  }
  if (config.state().has_flush_bytes()) {
    out.store.flush_bytes = static_cast<std::size_t>(config.state().flush_bytes());
  }
  if (config.state().has_flush_interval_ms()) {
    out.store.flush_age = milliseconds(config.state().flush_interval_ms());
  }
  if (config.state().has_max_bytes()) {
    out.limits.state_max_bytes = static_cast<std::size_t>(config.state().max_bytes());
  }
  // The cache is the process's, like the limit on its intake below: its workers share it out
  // evenly.
  const bool has_cache = config.state().has_cache_bytes();
  const std::int64_t cache_bytes = has_cache ? config.state().cache_bytes() : kCacheBytes;
  out.store.cache_bytes = static_cast<std::size_t>(cache_bytes / workers);
  if (config.state().has_restores_max()) {
    out.store.restores_max = static_cast<std::size_t>(config.state().restores_max());
  }
  if (config.limits().has_output_max_bytes()) {
    out.limits.output_max_bytes = static_cast<std::size_t>(config.limits().output_max_bytes());
  }
  if (config.limits().has_read_ahead_bytes()) {
    out.intake.read_ahead_bytes = static_cast<std::size_t>(config.limits().read_ahead_bytes());
  }
  out.intake.records_per_second = config.limits().records_per_second_max() / workers;
}

// A transaction that is open for 10 s is ended by the broker.
Status CheckCommit(const v1::CommitConfig& config, const std::string& path) {
  constexpr std::int64_t kLeastMs = 25;
  constexpr std::int64_t kMostMs = 5000;
  const auto refuse = [&](const char* name, std::int64_t value, std::int64_t least) {
    return InvalidArgument(path + "." + name + ": " + std::to_string(value) + " is not between " +
                           std::to_string(least) + " and " + std::to_string(kMostMs));
  };
  const std::int64_t interval = config.interval_ms();
  if (config.has_interval_ms() && (interval < kLeastMs || interval > kMostMs)) {
    return refuse("interval_ms", interval, kLeastMs);
  }
  const std::int64_t least = config.has_interval_ms() ? interval : 100;
  const std::int64_t backlog = config.backlog_interval_ms();
  if (config.has_backlog_interval_ms() && (backlog < least || backlog > kMostMs)) {
    return refuse("backlog_interval_ms", backlog, least);
  }
  return {};
}

ClockOptions ClockOf(const Deployment& deployment, const v1::ClockConfig& config) {
  ClockOptions clock;
  clock.mode = deployment.clock;
  clock.advance = deployment.ticks_pace ? EventAdvance::kToTick : EventAdvance::kRecords;
  if (config.has_max_skew_ms()) clock.max_skew = milliseconds(config.max_skew_ms());
  return clock;
}

}  // namespace

Result<ApplicationSetup> SetupOf(const v1::EngineConfig& config, const std::string& path,
                                 const std::string& application) {
  ApplicationSetup setup;
  setup.application = config.application().empty() ? application : config.application();
  setup.instance = config.instance().empty() ? "0" : config.instance();
  const auto processors = static_cast<int>(std::thread::hardware_concurrency());
  setup.workers = config.has_workers() ? config.workers() : std::max(1, processors);
  if (setup.workers < 1 || setup.workers > 64) {
    return InvalidArgument(path + ".workers: " + std::to_string(setup.workers) +
                           " is not between 1 and 64");
  }
  const v1::LimitsConfig& limits = config.limits();
  if (limits.has_records_per_second_max() && limits.records_per_second_max() < setup.workers) {
    return InvalidArgument(path + ".limits.records_per_second_max: " +
                           std::to_string(limits.records_per_second_max()) +
                           " is less than one for each of the " + std::to_string(setup.workers) +
                           " workers; raise it, or remove it for no limit");
  }
  if (limits.has_read_ahead_bytes() && limits.read_ahead_bytes() < 1'000'000) {
    return InvalidArgument(
        path + ".limits.read_ahead_bytes: " + std::to_string(limits.read_ahead_bytes()) +
        " is less than 1000000; raise it, or remove it for 64 MiB");
  }
  // A transaction of the process that was replaced has to time out first (10 s).
  if (config.has_session_timeout_ms() &&
      (config.session_timeout_ms() < 12'000 || config.session_timeout_ms() > 1'800'000)) {
    return InvalidArgument(path +
                           ".session_timeout_ms: " + std::to_string(config.session_timeout_ms()) +
                           " is not between 12000 and 1800000");
  }
  EVENKEEL_RETURN_IF_ERROR(CheckCommit(config.commit(), path + ".commit"));
  if (config.state().has_restores_max() && config.state().restores_max() < 1) {
    return InvalidArgument(path +
                           ".state.restores_max: " + std::to_string(config.state().restores_max()) +
                           " would restore no task; set 1 or more");
  }
  setup.state_directory = config.state().directory();
  if (setup.state_directory.empty()) {
    return InvalidArgument(path +
                           ".state.directory is not set; name a folder for the tasks' stores");
  }
  return setup;
}

Result<WorkerOptions> MakeWorkerOptions(const Deployment& deployment,
                                        const v1::EngineConfig& config,
                                        const v1::ClockConfig& clock, const ApplicationSetup& setup,
                                        int index) {
  WorkerOptions out;
  const TopicNames names = deployment.names();
  out.deployment = deployment.prefix + setup.application;
  out.cluster_id = setup.cluster_id;
  out.app_version = EVENKEEL_VERSION;
  out.instance_id = WorkerInstance(setup, index);
  out.transactional_id = GroupOf(deployment, setup.application) + "." + out.instance_id;
  out.group = GroupOf(deployment, setup.application);
  out.row_count = deployment.row_count;
  out.inputs = setup.inputs;
  out.globals = setup.globals;
  out.changelog_topic = names.Changelog(setup.application);
  if (!config.has_is_journaled() || config.is_journaled()) {
    out.journal_topic = names.Journal(setup.application);
  }
  out.clock = ClockOf(deployment, clock);
  // Longer than the log itself tries to commit and to abort while it is not to be reached.
  out.deadlines.transaction = std::chrono::seconds(60);
  // The process ends by itself when its time to drain is over; some of it is for the last commit.
  out.deadlines.effects = DrainTimeout(config) * 3 / 4;
  if (config.has_session_timeout_ms()) {
    out.session_timeout = milliseconds(config.session_timeout_ms());
  }
  out.store.directory = setup.state_directory;
  FillPolicies(config, setup.workers, out);
  out.codec = {EncodeCommitRecord, DecodeCommitRecord};
  EVENKEEL_RETURN_IF_ERROR(CheckOptions(out));
  return out;
}

milliseconds DrainTimeout(const v1::EngineConfig& config) {
  return milliseconds(config.has_drain_timeout_ms() ? config.drain_timeout_ms() : 10'000);
}

std::string WorkerInstance(const ApplicationSetup& setup, int index) {
  return setup.instance + "-" + std::to_string(index);
}

std::string GroupOf(const Deployment& deployment, const std::string& application) {
  return deployment.prefix + application;
}

}  // namespace evenkeel
