// Kill switches and autonomy levels, as an operator sets them.

#include <string>

#include "common/control_feed.h"
#include "console_rig.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/signals.h"

namespace evenkeel::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

const Person kOtto{"otto", Role::kOperator};

class SettingsTest : public ::testing::Test {
 protected:
  SettingsTest() : bench_(MakeLocalBench()), world_(*bench_, {}) {}

  static RpcResult<v1::SetKillSwitchResponse> Kill(ConsoleRig& console, const std::string& scope,
                                                   bool is_engaged = true,
                                                   const std::string& reason = "a reason") {
    v1::SetKillSwitchRequest request;
    request.set_scope(scope);
    request.set_is_engaged(is_engaged);
    request.set_reason(reason);
    return console.Call<v1::SetKillSwitchResponse>("ControlService/SetKillSwitch", request, kOtto);
  }
  static RpcResult<v1::SetAutonomyLevelResponse> Level(ConsoleRig& console,
                                                       const std::string& domain,
                                                       const std::string& action,
                                                       int level = v1::AUTONOMY_LEVEL_L1,
                                                       const std::string& reason = "a reason") {
    v1::SetAutonomyLevelRequest request;
    request.set_domain(domain);
    request.set_action(action);
    request.set_level(static_cast<v1::AutonomyLevel>(level));
    request.set_reason(reason);
    return console.Call<v1::SetAutonomyLevelResponse>("ControlService/SetAutonomyLevel", request,
                                                      kOtto);
  }

  std::unique_ptr<LogBench> bench_;
  ServiceWorld world_;
};

TEST_F(SettingsTest, SwitchesAndLevelsReachTheDeciders) {
  ConsoleRig console(world_);
  const auto stopped = Kill(console, "channel:email", true, "wrong price in the template");
  ASSERT_EQ(OutcomeOf(stopped), "OK");
  EXPECT_EQ(std::get<v1::SetKillSwitchResponse>(stopped).revision(), 1);
  EXPECT_EQ(std::get<v1::SetKillSwitchResponse>(stopped).entry().set_by(), "otto");
  const auto set = Level(console, "retention", "", v1::AUTONOMY_LEVEL_L2, "trial");
  ASSERT_EQ(OutcomeOf(set), "OK");
  EXPECT_EQ(std::get<v1::SetAutonomyLevelResponse>(set).revision(), 2);
  ControlFeed feed;
  std::uint64_t revision = 0;
  const Result<ReadPage> page = world_.log().Read({world_.deployment.names().Control(), 0}, -1, 10);
  ASSERT_TRUE(page.ok());
  for (const OwnedRecord& record : page->records) {
    feed.OnRecord(*record.key, *record.value, ++revision);
  }
  ASSERT_THAT(feed.control().switches, SizeIs(1));
  EXPECT_EQ(feed.control().switches[0].scope, SwitchScope::kChannel);
  EXPECT_EQ(feed.control().switches[0].name, "email");
  ASSERT_THAT(feed.control().levels, SizeIs(1));
  const auto listed = console.Call<v1::ListControlsResponse>("ControlService/ListControls",
                                                             v1::ListControlsRequest());
  const auto& controls = std::get<v1::ListControlsResponse>(listed);
  EXPECT_THAT(controls.entries(), SizeIs(2));
  EXPECT_EQ(controls.revision(), 2);
  EXPECT_TRUE(controls.has_lag());
}

TEST_F(SettingsTest, NamesThatNothingHasAreRefusedWithThoseThereAre) {
  world_.Publish(DemoBundle(), 1);
  ConsoleRig console(world_);
  const struct {
    const char* scope;
    const char* there_are;
  } unknown[] = {
      {"channel:carrier_pigeon", "there are: "},
      {"action:discount_52", "discount_10, discount_25"},
      {"domain:expansion", "retention, service_recovery"},
      {"proposer:expansion", "retention/1, service_recovery/1"},
      {"proposer:retention/2", "retention/1, service_recovery/1"},
  };
  for (const auto& each : unknown) {
    const auto result = Kill(console, each.scope);
    EXPECT_EQ(OutcomeOf(result), "INVALID_ARGUMENT scope") << each.scope;
    EXPECT_THAT(std::get<RpcError>(result).message, HasSubstr(each.there_are)) << each.scope;
    // What an earlier console wrote can be taken back.
    EXPECT_EQ(OutcomeOf(Kill(console, each.scope, false)), "OK") << each.scope;
  }
  const std::string channel = "channel:" + world_.deployment.channels.front();
  for (const std::string& scope :
       {std::string("all"), channel, std::string("action:discount_25"),
        std::string("domain:service_recovery"), std::string("proposer:retention"),
        std::string("proposer:retention/1")}) {
    EXPECT_EQ(OutcomeOf(Kill(console, scope)), "OK") << scope;
  }
  EXPECT_EQ(OutcomeOf(Level(console, "partner", "")), "INVALID_ARGUMENT domain");
  EXPECT_EQ(OutcomeOf(Level(console, "", "discount_52")), "INVALID_ARGUMENT action");
  EXPECT_EQ(OutcomeOf(Level(console, "retention", "discount_25")), "OK");
}

TEST_F(SettingsTest, WhatABundleBroughtWhileItRunsCanBeNamedAndWhatWasBeforeIt) {
  ConsoleRig console(world_);
  // Nobody knows yet what there is, and stopping it must not wait for that.
  EXPECT_EQ(OutcomeOf(Kill(console, "action:whatever")), "OK");
  world_.Publish(DemoBundle(), 1);
  EXPECT_EQ(OutcomeOf(Kill(console, "action:whatever")), "INVALID_ARGUMENT scope");
  BundleFiles files = DemoBundle();
  for (auto& [name, text] : files) {
    for (std::size_t at = 0; (at = text.find("plan_review_call", at)) != std::string::npos; ++at) {
      text.replace(at, 16, "plan_second_call");
    }
  }
  world_.Publish(files, 2);
  EXPECT_EQ(OutcomeOf(Kill(console, "action:plan_second_call")), "OK");
  EXPECT_EQ(OutcomeOf(Kill(console, "action:plan_review_call")),
            "OK");  // Some may still be on their way.
}

TEST_F(SettingsTest, RefusedSettingsNameWhatIsAllowed) {
  ConsoleRig console(world_);
  for (const char* scope :
       {"", "email", "All", "all:", "channel:", "channel:e mail", "customer:ada", "channel:a/b",
        "domain", "proposer:/1", "proposer:retention/", "proposer:a/b/c"}) {
    const auto result = Kill(console, scope);
    EXPECT_EQ(OutcomeOf(result), "INVALID_ARGUMENT scope") << scope;
    EXPECT_THAT(std::get<RpcError>(result).message, HasSubstr("\"domain:<name>\"")) << scope;
  }
  EXPECT_EQ(OutcomeOf(Kill(console, "all", true, "")), "INVALID_ARGUMENT reason");
  for (const int value : {0, 7, -1, 99}) {
    const auto result = Level(console, "retention", "", value);
    EXPECT_EQ(OutcomeOf(result), "INVALID_ARGUMENT level") << value;
    EXPECT_THAT(std::get<RpcError>(result).message, HasSubstr("AUTONOMY_LEVEL_L5")) << value;
  }
  EXPECT_EQ(OutcomeOf(Level(console, "a/b", "", 2)), "INVALID_ARGUMENT domain");
  EXPECT_EQ(OutcomeOf(Level(console, "retention", "", 2, "")), "INVALID_ARGUMENT reason");
  EXPECT_THAT(world_.log().Read({world_.deployment.names().Control(), 0}, -1, 10)->records,
              SizeIs(0));
}

}  // namespace
}  // namespace evenkeel::testing
