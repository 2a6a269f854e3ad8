// A world that waits for "idle" before it lets time go on: nothing may happen afterwards by itself.

#include <map>
#include <random>
#include <string>
#include <vector>

#include "common/channels.h"
#include "console_rig.h"
#include "decider/decider_setup.h"
#include "executor/executor_setup.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evenkeel/codec/signal_encoder.h"
#include "support/executor_rig.h"
#include "support/signals.h"

namespace evenkeel::testing {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using ::testing::UnorderedElementsAreArray;

constexpr TimeMs kDayOne{1'709'629'200'000};  // 2024-03-05T09:00:00Z

std::vector<std::string> TopicsOf(const std::vector<InputOptions>& inputs) {
  std::vector<std::string> topics;
  for (const InputOptions& input : inputs) topics.push_back(input.topic);
  return topics;
}

class IdleTest : public ::testing::Test {
 protected:
  explicit IdleTest(bool to_tick = true)
      : bench_(MakeLocalBench()),
        world_(*bench_, {.clock = ClockMode::kEvent, .to_tick = to_tick}),
        rig_(world_) {
    BundleFiles files = DemoBundle();
    std::string& bundle = files.at("bundle.yaml");
    bundle.replace(bundle.find("share: 10 %"), 11, "share: 0 %");
    world_.Publish(files, 1);
  }

  void Tick(TimeMs until) {
    std::vector<OwnedRecord> ticks;
    for (Partition row = 0; row < world_.deployment.row_count; ++row) {
      const Signal signal{.id = std::to_string(until.value),
                          .source = "urn:test",
                          .type = "tick",
                          .family = SignalFamily::kTick,
                          .event_time = until};
      EncodedRecord encoded = EncodeSignal(signal, Tick_(until)).value();
      ticks.push_back({.topic = world_.deployment.names().Ticks(),
                       .partition = row,
                       .timestamp = until,
                       .value = std::move(encoded.value),
                       .headers = std::move(encoded.headers)});
    }
    world_.Write(ticks);
  }
  static evenkeel::Tick Tick_(TimeMs until) { return {.until = until}; }

  /// Everything that was written to a topic of outcomes.
  std::map<std::string, std::size_t> Written() {
    const TopicNames names = world_.deployment.names();
    return {{"decisions", world_.Read(names.Decisions()).size()},
            {"actions", world_.Actions().size()},
            {"receipts", world_.Read(names.Receipts()).size()}};
  }

  /// One measurement, while the world goes on.
  v1::GetProgressResponse Ask(ConsoleRig& console) {
    auto answer = console.AskProgress();
    while (answer.wait_for(milliseconds(0)) != std::future_status::ready) world_.Step();
    const Result<v1::GetProgressResponse> progress = answer.get();
    EXPECT_TRUE(progress.ok()) << progress.status().ToString();
    return progress.ok() ? *progress : v1::GetProgressResponse();
  }

  /// Steps the world while the meter measures, until it says idle.
  v1::GetProgressResponse AwaitIdle(ConsoleRig& console) {
    v1::GetProgressResponse last;
    const bool came = world_.Until([&] {
      last = Ask(console);
      return last.is_idle();
    });
    EXPECT_TRUE(came) << last.DebugString();
    return last;
  }

  std::unique_ptr<LogBench> bench_;
  ServiceWorld world_;
  ExecutorRig rig_;
};

TEST_F(IdleTest, NothingHappensAfterIdle) {
  ConsoleRig console(world_);
  world_.StartDecider();
  rig_.Start();
  std::mt19937 random(7);
  std::size_t actions = 0;
  for (int day = 1; day <= 6; ++day) {
    const TimeMs tick = kDayOne + hours(24 * day);
    for (int i = 0; i < 4; ++i) {
      // Some late by up to two days.
      const TimeMs at = tick - milliseconds(1 + random() % (3 * 24 * 3'600'000));
      const std::string customer = "customer-" + std::to_string(day) + "-" + std::to_string(i);
      WriteExpiredCard(world_, customer, at);
    }
    Tick(tick);
    const v1::GetProgressResponse idle = AwaitIdle(console);
    EXPECT_EQ(idle.open_action_count(), 0);
    EXPECT_EQ(idle.stream_time_ms(), tick.value);
    const auto written = Written();
    world_.StepFor(milliseconds(150));
    EXPECT_EQ(Written(), written) << "after day " << day;
    EXPECT_EQ(written.at("actions"), written.at("receipts"));
    actions = written.at("actions");
  }
  EXPECT_GE(actions, 12U);
}

TEST_F(IdleTest, AnOpenCallIsNotIdle) {
  ConsoleRig console(world_);
  world_.StartDecider();
  rig_.Start();
  rig_.scheduler.is_held = true;
  WriteExpiredCard(world_, "ada", kDayOne);
  Tick(kDayOne + hours(1));
  ASSERT_TRUE(world_.Until([&] { return !world_.Actions().empty(); }));
  world_.StepFor(milliseconds(300));
  auto answer = console.AskProgress();
  while (answer.wait_for(milliseconds(0)) != std::future_status::ready) world_.Step();
  const Result<v1::GetProgressResponse> progress = answer.get();
  ASSERT_TRUE(progress.ok());
  EXPECT_FALSE(progress->is_idle());
  EXPECT_EQ(progress->open_action_count(), 1);
  rig_.scheduler.is_held = false;
  EXPECT_EQ(AwaitIdle(console).open_action_count(), 0);
}

TEST_F(IdleTest, WhatNobodyCouldDoDoesNotCount) {
  const std::vector<std::string> all = world_.deployment.channels;
  const std::vector<std::string> served = {"email", "task"};
  world_.deployment.channels = served;
  rig_.Start();
  world_.deployment.channels = all;
  ASSERT_THAT(all, ::testing::Contains("push"));
  ConsoleRig console(world_);
  world_.StartDecider();
  ApprovedAction pushed = rig_.ActionFor("ada", 1);
  pushed.planned.channel = "push";
  // Nobody says which channels it serves, so this one may be among them.
  OwnedRecord record = rig_.RecordFor(pushed);
  record.timestamp = kDayOne;
  world_.Write({record});
  Tick(kDayOne + hours(1));
  v1::GetProgressResponse last;
  ASSERT_TRUE(world_.Until([&] {
    last = Ask(console);
    return last.open_action_count() == 1 && last.lag().records() == 0;
  }));
  world_.StepFor(milliseconds(300));
  last = Ask(console);
  EXPECT_FALSE(last.is_idle());
  EXPECT_EQ(last.unserved_action_count(), 0);

  rig_.Crash();
  world_.deployment.channels = served;
  rig_.Start();
  world_.deployment.channels = all;
  world_.member("e1").worker->Advertise(AdvertisedChannels(served));
  last = AwaitIdle(console);
  EXPECT_EQ(last.open_action_count(), 0);
  EXPECT_EQ(last.unserved_action_count(), 1);

  // Of what it cannot read, an executor writes no receipt.
  OwnedRecord forged = rig_.RecordFor(rig_.ActionFor("ada", 2));
  forged.value->back() = static_cast<char>(forged.value->back() ^ 1);
  forged.timestamp = kDayOne + hours(1);
  world_.Write({forged});
  ASSERT_TRUE(world_.Until([&] { return world_.DeadLetters(forged.topic).size() == 1; }));
  last = AwaitIdle(console);
  EXPECT_EQ(last.open_action_count(), 0);
  EXPECT_EQ(last.unserved_action_count(), 1);
}

TEST_F(IdleTest, WhatNobodyHasAppliedIsNotIdle) {
  ConsoleRig console(world_);
  WriteExpiredCard(world_, "ada", kDayOne);
  Tick(kDayOne + hours(1));
  auto answer = console.AskProgress();
  const Result<v1::GetProgressResponse> progress = answer.get();
  ASSERT_TRUE(progress.ok());
  EXPECT_FALSE(progress->is_idle());
  std::int64_t applied = 0;
  std::int64_t end = 0;
  for (const v1::PartitionProgress& partition : progress->partitions()) {
    EXPECT_EQ(partition.topic().find(world_.deployment.prefix), std::string::npos);
    applied += partition.applied_offset();
    end += partition.end_offset();
  }
  EXPECT_EQ(applied, 0);
  EXPECT_EQ(end, 3 + world_.deployment.row_count);
}

TEST_F(IdleTest, AnAnswerUnderTheEventClockIsOfTheStreamsTime) {
  ConsoleRig console(world_);
  const v1::ApprovalRequest request = RequestFor("ada", 1, kDayOne + hours(2));
  world_.Write({RecordOf(world_, request)});
  Tick(kDayOne + hours(1) + milliseconds(7));
  v1::ApproveRequest yes;
  yes.set_approval_id(request.approval_id());
  yes.set_action_digest(request.action_digest());
  // The view is behind by as long as it takes: the tick has to be in it.
  ASSERT_TRUE(world_.Until([&] {
    return console.app().views().Snapshot().StreamTime() == (kDayOne + hours(1)).value + 7;
  }));
  const Person eve{"eve", Role::kApprover};
  const auto result = console.Call<v1::ApproveResponse>("ApprovalService/Approve", yes, eve);
  ASSERT_EQ(OutcomeOf(result), "OK");
  EXPECT_EQ(std::get<v1::ApproveResponse>(result).verdict().decided_time_ms(),
            (kDayOne + hours(1)).value + 7);
  const std::vector<OwnedRecord> verdicts = world_.Read(world_.deployment.names().Verdicts());
  ASSERT_EQ(verdicts.size(), 1U);
  EXPECT_EQ(verdicts[0].timestamp, kDayOne + hours(1) + milliseconds(7));
  // Past its time by the stream's clock, whatever the machine's says.
  const v1::ApprovalRequest other = RequestFor("ada", 2, kDayOne + hours(1));
  world_.Write({RecordOf(world_, other)});
  yes.set_approval_id(other.approval_id());
  yes.set_action_digest(other.action_digest());
  EXPECT_EQ(OutcomeOf(console.Call<v1::ApproveResponse>("ApprovalService/Approve", yes, eve)),
            "FAILED_PRECONDITION EXPIRED");
}

// What the console takes for the inputs of others is what they read.
TEST_F(IdleTest, TheGroupsAreThoseOfTheWorkers) {
  const std::vector<ProgressGroup> groups = ProgressGroupsOf(world_.deployment);
  ASSERT_EQ(groups.size(), 2U);
  EXPECT_EQ(groups[0].group, GroupOf(world_.deployment, "decider"));
  EXPECT_THAT(groups[0].inputs,
              UnorderedElementsAreArray(TopicsOf(DeciderInputs(world_.deployment))));
  EXPECT_EQ(groups[1].group, GroupOf(world_.deployment, "executor"));
  EXPECT_THAT(groups[1].inputs,
              UnorderedElementsAreArray(TopicsOf(ExecutorInputs(world_.deployment))));
  EXPECT_EQ(groups[0].tick_topic, world_.deployment.names().Ticks());
  EXPECT_EQ(groups[1].tick_topic, "");
}

}  // namespace
}  // namespace evenkeel::testing
