#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/deployment.h"
#include "decider/decider_metrics.h"
#include "decider/decider_window.h"
#include "ledger/temp_directory.h"

#include "evenkeel/audit/signing.h"
#include "evenkeel/bundle/bundle_files.h"
#include "evenkeel/bundle/time_zones.h"
#include "evenkeel/engine/worker.h"
#include "evenkeel/model/decision.h"
#include "evenkeel/model/decision_record.h"
#include "evenkeel/model/signal_payload.h"
#include "evenkeel/runtime/log_access.h"
#include "evenkeel/telemetry/metrics.h"
#include "support/log_bench.h"

namespace evenkeel::testing {

struct WorldOptions {
  ClockMode clock = ClockMode::kWall;
  Partition rows = 2;
  std::optional<std::int64_t> state_max_bytes;
  std::chrono::milliseconds max_skew{60'000};
  bool to_tick = false;  ///< Event clock: never beyond the last tick.
};

/// A decision as its topic has it.
struct StoredDecision {
  OwnedRecord record;
  DecisionEnvelope envelope;
  Decision decision;
};

/// Deciders, and whoever else reads their topics, on a log: stepped by the test, in one thread.
class ServiceWorld {
 public:
  /// Creates the topics.
  ServiceWorld(LogBench& bench, const WorldOptions& options);

  /// Who works under one name. Its store outlives it.
  struct Member {
    std::string application;
    std::unique_ptr<EffectSink> sink;
    std::unique_ptr<Worker> worker;
    std::shared_ptr<DeciderWindow> window;  ///< Of a decider: what queries read.
    Status status;                          ///< Of its last step.
  };

  /// `cluster`: another way to the bench's log.
  Member& StartDecider(const std::string& name = "d1", LogCluster* cluster = nullptr);
  /// Anybody else. `name` is unique among members.
  Member& Add(const std::string& name, Member member);
  /// As kill -9: what is not flushed is lost, nothing is given up.
  void Crash(const std::string& name) { members_.erase(name); }
  Member& member(const std::string& name) { return members_.at(name); }
  const TaskStatus* TaskOf(const std::string& name, Partition row);

  /// One step of every member, then a little time.
  void Step();
  void StepFor(std::chrono::milliseconds span);
  /// The same in large steps, for long times in which little happens.
  void PassTime(std::chrono::milliseconds span);
  std::function<void()> on_step = [] {};  ///< In every step.
  /// Steps until `done`; false if that takes more than two minutes of the log's time.
  bool Until(const std::function<bool()>& done);
  /// Everything that was written by Write() is processed and committed.
  bool UntilCaughtUp();

  /// One transaction.
  void Write(const std::vector<OwnedRecord>& records);
  /// Everything committed in a topic, partition by partition.
  std::vector<OwnedRecord> Read(const std::string& topic);
  /// What the signals of a topic carry, as a decider reads them.
  std::vector<SignalPayload> Signals(const std::string& topic);
  /// The payloads of a topic that has one kind of signal.
  template <typename Payload>
  std::vector<Payload> Payloads(const std::string& topic) {
    std::vector<Payload> payloads;
    for (SignalPayload& payload : Signals(topic)) {
      payloads.push_back(std::get<Payload>(std::move(payload)));
    }
    return payloads;
  }
  std::vector<StoredDecision> Decisions();
  /// Those of one customer.
  std::vector<StoredDecision> DecisionsOn(const std::string& customer);
  std::vector<OwnedRecord> Actions();
  std::vector<OwnedRecord> DeadLetters(const std::string& topic) {
    return Read(TopicNames::DeadLetters(topic));
  }

  /// Puts a bundle in force.
  void Publish(const BundleFiles& files, std::int64_t revision);

  /// The figure of one series, as a scrape has it: `name{labels}`. 0 if it is not there.
  double Metric(const std::string& series) const;

  /// The topic that the tests' signals go to.
  std::string signals() const { return deployment.names().Signals(deployment.signals.front()); }

  LogBench& bench;
  Deployment deployment;
  v1::DeciderConfig config;
  std::string cluster_id;
  std::vector<std::string> refusals;  ///< Of bundles.
  std::vector<std::int64_t> awaited;  ///< Revisions of bundles that were not all there.
  std::optional<SigningKey> key;
  TempDirectory directory;
  StoreResources stores;

  std::string StoreOf(const std::string& name);
  LogAccess& log() { return *log_; }

 private:
  void Configure(const WorldOptions& options);

  Metrics metrics_;
  DeciderMetrics decider_metrics_;
  std::shared_ptr<const TimeZoneDatabase> zones_;
  std::unique_ptr<LogAccess> log_;
  std::map<TopicPartition, Offset> written_;  // Last offset of what Write() wrote.
  std::map<std::string, Member> members_;
};

/// The files of deploy/bundles/demo.
BundleFiles DemoBundle();

/// The value of a record's header; empty if it has none.
std::string HeaderOf(const OwnedRecord& record, std::string_view name);

}  // namespace evenkeel::testing
