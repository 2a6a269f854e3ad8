#include "common/deployment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace evenkeel {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(DeploymentTest, HasATopicForEveryFamilyUnlessToldOtherwise) {
  const Deployment deployment = DeploymentOf(v1::DeciderConfig()).value();
  EXPECT_EQ(deployment.signals.size(), 9U);
  EXPECT_THAT(deployment.signals, Contains("signals.usage.v1"));
  EXPECT_THAT(deployment.channels, ElementsAre("email", "task"));
  EXPECT_EQ(deployment.row_count, 64);
  EXPECT_EQ(deployment.SignalTopic(SignalFamily::kUsage), "evenkeel.signals.usage.v1");
  EXPECT_EQ(deployment.SignalTopic(SignalFamily::kForget), "evenkeel.signals.profile.v1");
  EXPECT_EQ(deployment.SignalTopic(SignalFamily::kReceipt), "evenkeel.receipts.v1");
}

TEST(DeploymentTest, SendsFamiliesWithoutATopicToTheFirst) {
  v1::DeciderConfig config;
  config.add_signals()->set_topic("signals.usage.v1");
  config.add_signals()->set_topic("signals.all.v1");
  const Deployment deployment = DeploymentOf(config).value();
  EXPECT_EQ(deployment.SignalTopic(SignalFamily::kUsage), "evenkeel.signals.usage.v1");
  EXPECT_EQ(deployment.SignalTopic(SignalFamily::kBilling), "evenkeel.signals.all.v1");
}

TEST(DeploymentTest, NamesWhatIsWrong) {
  v1::DeciderConfig config;
  config.mutable_deployment()->set_prefix("Prod_");
  EXPECT_THAT(DeploymentOf(config).status().message(), HasSubstr("deployment.prefix: \"Prod_\""));
  config.mutable_deployment()->set_prefix("prod.");
  config.mutable_log()->set_partition_count(0);
  EXPECT_THAT(DeploymentOf(config).status().message(), HasSubstr("log.partition_count: 0"));
  config.mutable_log()->set_partition_count(8);
  config.mutable_clock()->set_advance(v1::CLOCK_ADVANCE_TO_TICK);
  EXPECT_THAT(DeploymentOf(config).status().message(), HasSubstr("needs clock.mode: event"));
  config.mutable_clock()->set_mode(v1::CLOCK_MODE_EVENT);
  config.add_channels("email");
  config.add_channels("email");
  EXPECT_THAT(DeploymentOf(config).status().message(), HasSubstr("\"email\" is listed twice"));
}

}  // namespace
}  // namespace evenkeel
