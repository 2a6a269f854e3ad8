#include "ingest/ingest_app.h"

#include <chrono>
#include <set>
#include <utility>

#include "common/open_log.h"

#include "evenkeel/audit/signing.h"
#include "evenkeel/base/clock.h"

namespace evenkeel {
namespace {

struct Bound {
  const char* key;
  bool is_set;
  std::int64_t value;
  std::int64_t least;
  std::int64_t most;
};

EventIntake::Options IntakeOptions(const v1::IngestConfig& config, const Deployment& deployment) {
  EventIntake::Options options{.deployment = deployment, .family_topics = {}};
  if (config.has_batch_max()) options.batch_max = static_cast<std::size_t>(config.batch_max());
  for (const auto& [family, topic] : config.family_topics()) options.family_topics[family] = topic;
  return options;
}

std::vector<LogFollower::Topic> TopicsOf(const v1::IngestConfig& config,
                                         const Deployment& deployment) {
  const EventIntake intake(IntakeOptions(config, deployment), {});
  std::set<std::string> names;
  for (int family = 1; family <= static_cast<int>(SignalFamily::kForget); ++family) {
    names.insert(intake.TopicOf(static_cast<SignalFamily>(family)));
  }
  names.insert(deployment.names().Outcomes());
  std::vector<LogFollower::Topic> topics;
  topics.reserve(names.size() + 1);
  for (const std::string& name : names) topics.push_back({name, deployment.row_count, false});
  topics.push_back({deployment.names().Ticks(), deployment.row_count, true});
  return topics;
}

Result<LogWriter::Options> WriterOptions(const v1::IngestConfig& config,
                                         const Deployment& deployment) {
  LogWriter::Options options;
  options.transactional_id =
      deployment.prefix + "ingest." + (config.instance().empty() ? "0" : config.instance());
  options.follow.topics = TopicsOf(config, deployment);
  options.follow.bundles_topic = deployment.names().Bundles();
  options.follow.decoder = {.clock = deployment.clock, .partition_count = 0};
  options.follow.ticks_pace = deployment.ticks_pace;
  options.follow.bundles.allow_unsigned = config.bundles().is_unsigned_allowed();
  if (!config.bundles().public_keys_file().empty()) {
    EVENKEEL_ASSIGN_OR_RETURN(const VerifyingKeys keys,
                              VerifyingKeys::Load(config.bundles().public_keys_file()));
    options.follow.bundles.trusted_keys = keys.keys();
  }
  if (config.has_remember_max()) {
    options.remember_max = static_cast<std::size_t>(config.remember_max());
  }
  options.follow.tail_max = options.remember_max;
  if (config.has_remember_s()) options.remember_age = std::chrono::seconds(config.remember_s());
  if (config.has_pending_max()) {
    options.pending_max = static_cast<std::size_t>(config.pending_max());
  }
  if (config.has_commit_timeout_ms()) {
    options.timeout = std::chrono::milliseconds(config.commit_timeout_ms());
  }
  return options;
}

}  // namespace

Status IngestApp::Check(const v1::IngestConfig& config, const std::string& path) {
  if (config.has_listener()) {
    return InvalidArgument(path + "listener: replaced by " + path + "api.http; move it there");
  }
  const Bound bounds[] = {
      {"request_max_bytes", config.has_request_max_bytes(), config.request_max_bytes(), 1 << 10,
       64 << 20},
      {"batch_max", config.has_batch_max(), config.batch_max(), 1, 100'000},
      {"pending_max", config.has_pending_max(), config.pending_max(), 1, 100'000},
      {"remember_max", config.has_remember_max(), config.remember_max(), 1000, 100'000'000},
      {"remember_s", config.has_remember_s(), config.remember_s(), 60, 30 * 86'400},
      {"commit_timeout_ms", config.has_commit_timeout_ms(), config.commit_timeout_ms(), 1000,
       300'000}};
  for (const Bound& bound : bounds) {
    if (!bound.is_set || (bound.value >= bound.least && bound.value <= bound.most)) continue;
    return InvalidArgument(path + bound.key + ": " + std::to_string(bound.value) +
                           " is not between " + std::to_string(bound.least) + " and " +
                           std::to_string(bound.most));
  }
  return {};
}

Result<std::unique_ptr<IngestApp>> IngestApp::Create(const v1::IngestConfig& config,
                                                     const Context& context) {
  EVENKEEL_ASSIGN_OR_RETURN(LogWriter::Options options, WriterOptions(config, context.deployment));
  EVENKEEL_ASSIGN_OR_RETURN(TimeZoneDatabase zones, TimeZoneDatabase::Open());
  return std::unique_ptr<IngestApp>(
      new IngestApp(config, context, std::move(zones), std::move(options)));
}

IngestApp::IngestApp(const v1::IngestConfig& config, const Context& context, TimeZoneDatabase zones,
                     LogWriter::Options options)
    : request_max_bytes_(config.has_request_max_bytes()
                             ? static_cast<std::size_t>(config.request_max_bytes())
                             : std::size_t{4} << 20),
      clock_(context.deployment.clock),
      zones_(std::move(zones)),
      metrics_(context.metrics),
      writer_(context.cluster, zones_, std::move(options), metrics_, context.logger),
      intake_(IntakeOptions(config, context.deployment),
              [this] {
                return clock_ == ClockMode::kWall ? std::optional(WallTime())
                                                  : writer_.stream_time();
              }),
      door_(intake_, writer_, metrics_) {}

}  // namespace evenkeel
