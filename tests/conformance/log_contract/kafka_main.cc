// The contract suite on a real Apache Kafka: the one that the test run shares, whose bootstrap list
// is in the file named by EVENKEEL_KAFKA_BOOTSTRAP_FILE.

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <utility>

#include "log_harness.h"
#include <librdkafka/rdkafka.h>
#include <unistd.h>

#include "evenkeel/base/check.h"
#include "evenkeel/log/kafka_log.h"

namespace evenkeel::testing {
namespace {

std::string Bootstrap() {
  const char* file = std::getenv("EVENKEEL_KAFKA_BOOTSTRAP_FILE");
  std::string list;
  if (file != nullptr) std::getline(std::ifstream(file), list);
  if (!list.empty()) return list;
  std::fputs("set EVENKEEL_KAFKA_BOOTSTRAP_FILE to a file with the brokers (tools/kafka start)\n",
             stderr);
  std::exit(1);
}

// Runs share the broker, and a broker may outlive many runs.
std::string NewPrefix() {
  static std::atomic<int> count{0};
  static const auto kRun = std::random_device()();
  return "c" + std::to_string(kRun) + "-" + std::to_string(++count) + ".";
}

/// A producer of librdkafka itself, for a state that the port does not let anybody stop in.
class HeldTransaction {
 public:
  HeldTransaction(const std::string& bootstrap, const std::string& id) {
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    Set(conf, "bootstrap.servers", bootstrap);
    Set(conf, "transactional.id", id);
    char why[256];
    kafka_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
    EVENKEEL_CHECK(kafka_ != nullptr);
    Must(rd_kafka_init_transactions(kafka_, kTimeoutMs));
  }
  HeldTransaction(const HeldTransaction&) = delete;
  HeldTransaction& operator=(const HeldTransaction&) = delete;
  ~HeldTransaction() { rd_kafka_destroy(kafka_); }

  void SendOffset(const std::string& group, const TopicPartition& where, Offset next) {
    Must(rd_kafka_begin_transaction(kafka_));
    rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, where.topic.c_str(), where.partition)->offset = next;
    auto* metadata = rd_kafka_consumer_group_metadata_new(group.c_str());
    Must(rd_kafka_send_offsets_to_transaction(kafka_, list, metadata, kTimeoutMs));
    rd_kafka_consumer_group_metadata_destroy(metadata);
    rd_kafka_topic_partition_list_destroy(list);
  }

  void Commit() { Must(rd_kafka_commit_transaction(kafka_, kTimeoutMs)); }

 private:
  static constexpr int kTimeoutMs = 20'000;

  static void Set(rd_kafka_conf_t* conf, const char* key, const std::string& value) {
    EVENKEEL_CHECK(rd_kafka_conf_set(conf, key, value.c_str(), nullptr, 0) == RD_KAFKA_CONF_OK);
  }
  static void Must(rd_kafka_error_t* error) {
    if (error != nullptr) std::fprintf(stderr, "held: %s\n", rd_kafka_error_string(error));
    EVENKEEL_CHECK(error == nullptr);
  }

  rd_kafka_t* kafka_ = nullptr;
};

class KafkaHarness final : public LogHarness {
 public:
  KafkaHarness(std::string bootstrap, std::string prefix)
      : bootstrap_(std::move(bootstrap)), prefix_(std::move(prefix)) {
    Open();
  }

  std::string name() const override { return "kafka"; }
  std::string prefix() const override { return prefix_; }
  std::string locator() const override { return bootstrap_; }
  LogCluster& cluster() override { return *cluster_; }

  LogTime time() override {
    return {.elapsed =
                [] {
                  return std::chrono::duration_cast<std::chrono::milliseconds>(
                      std::chrono::steady_clock::now().time_since_epoch());
                },
            .idle = [] {}};
  }

  void Close() override { cluster_.reset(); }
  void Open() override {
    auto cluster = OpenKafkaCluster({.properties = {{"bootstrap.servers", bootstrap_}}});
    EVENKEEL_CHECK(cluster.ok());
    cluster_ = std::move(cluster).value();
  }

  std::function<void()> HoldOffsetPending(const std::string& group, const TopicPartition& where,
                                          Offset next) override {
    auto held = std::make_shared<HeldTransaction>(bootstrap_, prefix_ + "held");
    held->SendOffset(group, where, next);
    return [held] { held->Commit(); };
  }

 private:
  const std::string bootstrap_;
  const std::string prefix_;
  std::unique_ptr<LogCluster> cluster_;
};

}  // namespace

std::unique_ptr<LogHarness> MakeLogHarness(const HarnessOrigin& origin) {
  if (origin.locator.empty()) return std::make_unique<KafkaHarness>(Bootstrap(), NewPrefix());
  return std::make_unique<KafkaHarness>(origin.locator, origin.prefix);
}

}  // namespace evenkeel::testing
