#include "support/service_world.h"

#include <filesystem>
#include <utility>

#include "common/worker_setup.h"
#include "decider/decider_setup.h"
#include <gtest/gtest.h>

#include "evenkeel/base/check.h"
#include "evenkeel/bundle/bundle_log.h"
#include "evenkeel/codec/decision_codec.h"
#include "evenkeel/codec/signal_decoder.h"

namespace evenkeel::testing {
namespace {

using std::chrono::milliseconds;

class NoEffects final : public EffectSink {
 public:
  void Execute(Partition, std::vector<Effect>) override {}
};

std::shared_ptr<const TimeZoneDatabase> OpenZones() {
  Result<TimeZoneDatabase> zones = TimeZoneDatabase::Open();
  EVENKEEL_CHECK(zones.ok());
  return std::make_shared<const TimeZoneDatabase>(*std::move(zones));
}

}  // namespace

ServiceWorld::ServiceWorld(LogBench& where, const WorldOptions& options)
    : bench(where),
      stores({.cache_bytes = 8 << 20, .unflushed_bytes = 64 << 20}),
      metrics_("test"),
      decider_metrics_(metrics_),
      zones_(OpenZones()) {
  Configure(options);
  const Status created =
      CreateTopics(bench.cluster(), PlanTopics(deployment.topic_plan()), milliseconds(30'000));
  EXPECT_TRUE(created.ok()) << created.ToString();
  cluster_id = bench.cluster().ClusterId(milliseconds(10'000)).value();
  log_ = OpenLogAccess(bench.cluster(), deployment.prefix, deployment.names().Ticks(),
                       milliseconds(30'000));
  key = SigningKey::Create(directory.path() + "/signing.key").value();
}

void ServiceWorld::Configure(const WorldOptions& options) {
  config.mutable_deployment()->set_prefix(bench.prefix());
  config.mutable_log()->set_partition_count(options.rows);
  config.add_signals()->set_topic("signals.v1");
  for (const char* channel : {"email", "push", "sms", "task"}) config.add_channels(channel);
  config.mutable_bundles()->set_is_unsigned_allowed(true);
  if (options.clock == ClockMode::kEvent) config.mutable_clock()->set_mode(v1::CLOCK_MODE_EVENT);
  if (options.to_tick) config.mutable_clock()->set_advance(v1::CLOCK_ADVANCE_TO_TICK);
  config.mutable_clock()->set_max_skew_ms(options.max_skew.count());
  if (options.state_max_bytes) {
    config.mutable_engine()->mutable_state()->set_max_bytes(*options.state_max_bytes);
  }
  deployment = DeploymentOf(config).value();
}

std::string ServiceWorld::StoreOf(const std::string& name) {
  const std::string path = directory.path() + "/" + name;
  std::filesystem::create_directories(path);
  return path;
}

ServiceWorld::Member& ServiceWorld::StartDecider(const std::string& name, LogCluster* cluster) {
  const ApplicationSetup setup{.application = "decider",
                               .instance = name,
                               .workers = 1,
                               .state_directory = StoreOf(name),
                               .cluster_id = cluster_id,
                               .inputs = DeciderInputs(deployment),
                               .globals = DeciderGlobals(deployment)};
  Result<WorkerOptions> options = DeciderWorkerOptions(config, deployment, setup, 0);
  EVENKEEL_CHECK(options.ok());
  DeciderProcessor::Options processing = DeciderOptions(config, deployment, &*key, {});
  processing.on_bundle = [this](const Bundle*, const Status& status) {
    if (!status.ok()) refusals.push_back(status.message());
  };
  processing.on_awaited = [this](const ActiveBundle& bundle) {
    awaited.push_back(bundle.revision);
  };
  Member made{.application = "decider",
              .sink = std::make_unique<NoEffects>(),
              .worker = nullptr,
              .window = std::make_shared<DeciderWindow>(),
              .status = {}};
  processing.window = made.window;
  made.worker = std::make_unique<Worker>(
      Worker::Ports{.cluster = cluster == nullptr ? bench.cluster() : *cluster,
                    .stores = stores,
                    .effects = *made.sink},
      *std::move(options),
      std::make_unique<DeciderProcessor>(std::move(processing), zones_, decider_metrics_));
  return Add(name, std::move(made));
}

ServiceWorld::Member& ServiceWorld::Add(const std::string& name, Member added) {
  return members_.insert_or_assign(name, std::move(added)).first->second;
}

const TaskStatus* ServiceWorld::TaskOf(const std::string& name, Partition row) {
  static thread_local WorkerStatus status;
  status = member(name).worker->status();
  for (const TaskStatus& task : status.tasks) {
    if (task.row == row) return &task;
  }
  return nullptr;
}

void ServiceWorld::Step() {
  for (auto& [name, each] : members_) {
    if (each.status.ok()) each.status = each.worker->Step(bench.now());
    EXPECT_TRUE(each.status.ok()) << name << ": " << each.status.ToString();
    each.worker->Wait(milliseconds(1));
  }
  on_step();
  bench.Idle();
}

void ServiceWorld::StepFor(milliseconds span) {
  const MonotonicTime end = bench.now().monotonic + span;
  while (bench.now().monotonic < end) Step();
}

void ServiceWorld::PassTime(milliseconds span) {
  bench.step = milliseconds(50);
  StepFor(span);
  bench.step = milliseconds(1);
}

bool ServiceWorld::Until(const std::function<bool()>& done) {
  const MonotonicTime end = bench.now().monotonic + std::chrono::minutes(2);
  while (bench.now().monotonic < end) {
    if (done()) return true;
    Step();
  }
  return done();
}

bool ServiceWorld::UntilCaughtUp() {
  return Until([this] {
    std::map<TopicPartition, Offset> behind = written_;
    for (auto& [name, each] : members_) {
      for (const TaskStatus& task : each.worker->status().tasks) {
        for (const InputStatus& input : task.inputs) {
          const auto found = behind.find({input.topic, task.row});
          if (found != behind.end() && input.committed > found->second) behind.erase(found);
        }
      }
    }
    return behind.empty();
  });
}

void ServiceWorld::Write(const std::vector<OwnedRecord>& records) {
  const Status written = log_->Load("test", records, 0);
  ASSERT_TRUE(written.ok()) << written.ToString();
  for (const OwnedRecord& record : records) {
    const bool is_input = record.topic != deployment.names().Bundles() &&
                          record.topic != deployment.names().Control() &&
                          record.topic.find("changelog") == std::string::npos;
    if (is_input) written_[{record.topic, record.partition}] = 0;
  }
  for (auto& [where, last] : written_) {
    const Result<ReadPage> page = log_->Read(where, -1, 1'000'000);
    ASSERT_TRUE(page.ok()) << page.status().ToString();
    if (!page->records.empty()) last = page->records.back().offset;
  }
}

std::vector<SignalPayload> ServiceWorld::Signals(const std::string& topic) {
  std::vector<SignalPayload> signals;
  SignalDecoder decoder({.clock = deployment.clock, .partition_count = deployment.row_count});
  for (const OwnedRecord& record : Read(topic)) {
    std::vector<RecordHeader> headers;
    for (const auto& [name, value] : record.headers) headers.push_back({name, value});
    DecodedSignal decoded;
    const auto failure = decoder.Decode({.partition = record.partition,
                                         .timestamp = *record.timestamp,
                                         .key = record.key,
                                         .value = record.value,
                                         .headers = headers},
                                        decoded);
    EXPECT_FALSE(failure.has_value()) << failure->detail;
    if (!failure) signals.push_back(std::move(decoded.payload));
  }
  return signals;
}

std::vector<OwnedRecord> ServiceWorld::Read(const std::string& topic) {
  std::vector<OwnedRecord> all;
  const bool is_global = topic == deployment.names().Bundles();
  for (Partition row = 0; row < (is_global ? 1 : deployment.row_count); ++row) {
    const Result<ReadPage> page = log_->Read({topic, row}, -1, 1'000'000);
    EXPECT_TRUE(page.ok() && page->at_end) << page.status().ToString();
    if (page.ok()) all.insert(all.end(), page->records.begin(), page->records.end());
  }
  return all;
}

std::vector<StoredDecision> ServiceWorld::Decisions() {
  std::vector<StoredDecision> all;
  for (OwnedRecord& record : Read(deployment.names().Decisions())) {
    Result<DecisionEnvelope> envelope = DecodeDecisionEnvelope(record.value.value_or(""));
    EXPECT_TRUE(envelope.ok()) << envelope.status().ToString();
    if (!envelope.ok()) continue;
    Result<DecodedDecision> decoded = DecodeDecision(envelope->payload);
    EXPECT_TRUE(decoded.ok()) << decoded.status().ToString();
    if (!decoded.ok()) continue;
    all.push_back({std::move(record), *std::move(envelope), std::move(decoded->decision)});
  }
  return all;
}

std::vector<StoredDecision> ServiceWorld::DecisionsOn(const std::string& customer) {
  std::vector<StoredDecision> of_customer;
  for (StoredDecision& each : Decisions()) {
    if (each.record.key == customer) of_customer.push_back(std::move(each));
  }
  return of_customer;
}

std::vector<OwnedRecord> ServiceWorld::Actions() {
  std::vector<OwnedRecord> all;
  for (const std::string& channel : deployment.channels) {
    for (OwnedRecord& record : Read(deployment.names().Actions(channel))) {
      all.push_back(std::move(record));
    }
  }
  return all;
}

void ServiceWorld::Publish(const BundleFiles& files, std::int64_t revision) {
  const BundleActivation activation{
      .revision = revision, .time = bench.now().wall, .by = "a test", .key_id = {}, .sign = {}};
  std::vector<OwnedRecord> records;
  for (auto& [record_key, value] : BundleRecords("demo", files, activation)) {
    records.push_back({.topic = deployment.names().Bundles(), .key = record_key, .value = value});
  }
  Write(records);
}

double ServiceWorld::Metric(const std::string& series) const {
  const std::string text = "\n" + metrics_.Scrape();
  const std::size_t at = text.find("\n" + series + " ");
  return at == std::string::npos ? 0 : std::stod(text.substr(at + series.size() + 2));
}

BundleFiles DemoBundle() {
  Result<BundleFiles> files = ReadBundleDirectory(EVENKEEL_DEMO_BUNDLE);
  EVENKEEL_CHECK(files.ok());
  return *std::move(files);
}

std::string HeaderOf(const OwnedRecord& record, std::string_view name) {
  for (const auto& [key, value] : record.headers) {
    if (key == name) return value;
  }
  return {};
}

}  // namespace evenkeel::testing
