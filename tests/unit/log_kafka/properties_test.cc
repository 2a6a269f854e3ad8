#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evenkeel/log/kafka_log.h"

namespace evenkeel {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

KafkaProperties With(const std::string& key, const std::string& value) {
  return {{"bootstrap.servers", "127.0.0.1:1"}, {key, value}};
}

TEST(KafkaPropertiesTest, PassesWhatAnOperatorMaySet) {
  for (const auto& [key, value] : KafkaProperties{{"security.protocol", "sasl_ssl"},
                                                  {"sasl.mechanism", "SCRAM-SHA-512"},
                                                  {"ssl.ca.location", "/etc/ca.pem"},
                                                  {"linger.ms", "5"},
                                                  {"compression.type", "zstd"},
                                                  {"client.id", "decider-3"},
                                                  {"retry.backoff.ms", "250"}}) {
    EXPECT_TRUE(CheckKafkaProperties(With(key, value)).ok()) << key;
  }
}

TEST(KafkaPropertiesTest, RefusesWhatCarriesCorrectnessAndSaysWhy) {
  for (const auto& [key, value] : KafkaProperties{{"isolation.level", "read_uncommitted"},
                                                  {"enable.auto.commit", "true"},
                                                  {"auto.offset.reset", "earliest"},
                                                  {"enable.idempotence", "false"},
                                                  {"acks", "1"},
                                                  {"transactional.id", "mine"},
                                                  {"group.instance.id", "mine"},
                                                  {"partition.assignment.strategy", "roundrobin"},
                                                  {"message.timeout.ms", "0"},
                                                  {"rebalance_cb", "x"}}) {
    const Status status = CheckKafkaProperties(With(key, value));
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
    EXPECT_THAT(status.message(),
                AllOf(HasSubstr("'" + key + "' = '" + value + "'"), HasSubstr("is refused: ")));
  }
}

TEST(KafkaPropertiesTest, RefusesABackoffUnderWhichACommitCanHang) {
  EXPECT_THAT(CheckKafkaProperties(With("retry.backoff.ms", "10")).message(),
              HasSubstr("can hang"));
}

TEST(KafkaPropertiesTest, RefusesUnknownKeysAndBadValues) {
  EXPECT_THAT(CheckKafkaProperties(With("linger.m", "5")).message(), HasSubstr("linger.m"));
  EXPECT_THAT(CheckKafkaProperties(With("linger.ms", "soon")).message(), HasSubstr("soon"));
}

TEST(KafkaPropertiesTest, NeverRepeatsASecret) {
  const Status status = CheckKafkaProperties(With("ssl.key.pem", "hunter2"));
  EXPECT_THAT(status.message(), Not(HasSubstr("hunter2")));
}

TEST(KafkaPropertiesTest, WantsToKnowTheBrokers) {
  EXPECT_THAT(CheckKafkaProperties({}).message(), HasSubstr("bootstrap.servers"));
}

}  // namespace
}  // namespace evenkeel
