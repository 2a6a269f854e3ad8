#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "log_driver.h"
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include "evenkeel/log/kafka_log.h"

namespace evenkeel::testing {

/// librdkafka's broker in memory: it answers with the errors that it is told to. It knows neither
/// fencing nor transactional offsets; those are tested on a real broker.
class MockBroker {
 public:
  // Kafka's numbers of the requests.
  enum Api : std::int16_t {
    kInitProducerId = 22,
    kAddPartitionsToTxn = 24,
    kAddOffsetsToTxn = 25,
    kEndTxn = 26,
    kTxnOffsetCommit = 28,
  };

  explicit MockBroker(std::chrono::milliseconds hung_margin = std::chrono::milliseconds(500));
  MockBroker(const MockBroker&) = delete;
  MockBroker& operator=(const MockBroker&) = delete;
  ~MockBroker();

  void MakeTopic(const std::string& name, int partitions);
  /// The next requests of this kind are answered so.
  void Push(Api api, const std::vector<rd_kafka_resp_err_t>& errors);
  void SetReachable(bool is_reachable);
  /// Answers take this long.
  void SetDelay(std::chrono::milliseconds delay);

  LogCluster& cluster() { return *cluster_; }
  std::unique_ptr<LogDriver> Open(SessionOptions options);

 private:
  rd_kafka_t* kafka_ = nullptr;
  rd_kafka_mock_cluster_t* mock_ = nullptr;
  std::unique_ptr<LogCluster> cluster_;
};

}  // namespace evenkeel::testing
