#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "ledger_process.h"
#include <librdkafka/rdkafka.h>

#include "evenkeel/base/check.h"
#include "evenkeel/log/kafka_log.h"

namespace evenkeel::testing {
namespace {

/// A client of librdkafka itself that asks for offsets, with the isolation it is made for.
class OffsetClient {
 public:
  OffsetClient(const std::string& bootstrap, const char* isolation) {
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    char why[256];
    const auto set = [&](const char* key, const char* value) {
      EVENKEEL_CHECK(rd_kafka_conf_set(conf, key, value, why, sizeof why) == RD_KAFKA_CONF_OK);
    };
    set("bootstrap.servers", bootstrap.c_str());
    set("isolation.level", isolation);
    client_ = rd_kafka_new(RD_KAFKA_CONSUMER, conf, why, sizeof why);
    EVENKEEL_CHECK(client_ != nullptr);
  }
  ~OffsetClient() { rd_kafka_destroy(client_); }
  OffsetClient(const OffsetClient&) = delete;
  OffsetClient& operator=(const OffsetClient&) = delete;

  std::int64_t End(const std::string& topic, Partition partition) {
    std::int64_t low = 0;
    std::int64_t high = -1;
    const auto error =
        rd_kafka_query_watermark_offsets(client_, topic.c_str(), partition, &low, &high, 10'000);
    EVENKEEL_CHECK(error == RD_KAFKA_RESP_ERR_NO_ERROR);
    return high;
  }

 private:
  rd_kafka_t* client_ = nullptr;
};

class KafkaSite final : public LedgerSite {
 public:
  explicit KafkaSite(std::string bootstrap)
      : bootstrap_(std::move(bootstrap)),
        committed_(bootstrap_, "read_committed"),
        uncommitted_(bootstrap_, "read_uncommitted") {}

  std::string locator() const override { return bootstrap_; }
  bool is_shared() const override { return true; }
  std::unique_ptr<LogCluster> Open() override {
    auto cluster = OpenKafkaCluster({.properties = {{"bootstrap.servers", bootstrap_}}});
    EVENKEEL_CHECK(cluster.ok());
    return std::move(cluster).value();
  }
  int PendingRows(const std::string& topic, const std::vector<Partition>& rows) override {
    int pending = 0;
    for (const Partition row : rows) {
      const std::int64_t stable = committed_.End(topic, row);
      pending += uncommitted_.End(topic, row) > stable ? 1 : 0;
    }
    return pending;
  }

 private:
  const std::string bootstrap_;
  OffsetClient committed_;
  OffsetClient uncommitted_;
};

std::string Bootstrap() {
  const char* file = std::getenv("EVENKEEL_KAFKA_BOOTSTRAP_FILE");
  std::string list;
  if (file != nullptr) std::getline(std::ifstream(file), list);
  if (!list.empty()) return list;
  std::fputs("set EVENKEEL_KAFKA_BOOTSTRAP_FILE to a file with the brokers (tools/kafka start)\n",
             stderr);
  std::exit(1);
}

}  // namespace

std::unique_ptr<LedgerSite> MakeLedgerSite(const std::string& /*prefix*/,
                                           const std::string& locator) {
  return std::make_unique<KafkaSite>(locator.empty() ? Bootstrap() : locator);
}

}  // namespace evenkeel::testing
