#include "mock_broker.h"

#include <utility>

#include "evenkeel/base/check.h"

namespace evenkeel::testing {

MockBroker::MockBroker(std::chrono::milliseconds hung_margin) {
  kafka_ = rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), nullptr, 0);
  EVENKEEL_CHECK(kafka_ != nullptr);
  mock_ = rd_kafka_mock_cluster_new(kafka_, 1);
  EVENKEEL_CHECK(mock_ != nullptr);
  KafkaLogOptions options;
  options.properties["bootstrap.servers"] = rd_kafka_mock_cluster_bootstraps(mock_);
  options.hung_margin = hung_margin;
  options.log = [](int, std::string_view) {};  // The errors are ours.
  auto cluster = OpenKafkaCluster(std::move(options));
  EVENKEEL_CHECK(cluster.ok());
  cluster_ = std::move(cluster).value();
}

MockBroker::~MockBroker() {
  cluster_.reset();
  rd_kafka_mock_cluster_destroy(mock_);
  rd_kafka_destroy(kafka_);
}

void MockBroker::MakeTopic(const std::string& name, int partitions) {
  EVENKEEL_CHECK(rd_kafka_mock_topic_create(mock_, name.c_str(), partitions, 1) ==
                 RD_KAFKA_RESP_ERR_NO_ERROR);
}

void MockBroker::Push(Api api, const std::vector<rd_kafka_resp_err_t>& errors) {
  rd_kafka_mock_push_request_errors_array(mock_, api, errors.size(), errors.data());
}

void MockBroker::SetReachable(bool is_reachable) {
  if (is_reachable) {
    rd_kafka_mock_broker_set_up(mock_, 1);
  } else {
    rd_kafka_mock_broker_set_down(mock_, 1);
  }
}

void MockBroker::SetDelay(std::chrono::milliseconds delay) {
  rd_kafka_mock_broker_set_rtt(mock_, 1, static_cast<int>(delay.count()));
}

std::unique_ptr<LogDriver> MockBroker::Open(SessionOptions options) {
  auto session = cluster_->OpenSession(std::move(options));
  EVENKEEL_CHECK(session.ok());
  const LogTime time{.elapsed =
                         [] {
                           return std::chrono::duration_cast<std::chrono::milliseconds>(
                               std::chrono::steady_clock::now().time_since_epoch());
                         },
                     .idle = [] {}};
  return std::make_unique<LogDriver>(std::move(session).value(), time);
}

}  // namespace evenkeel::testing
