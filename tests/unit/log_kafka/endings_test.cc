#include "endings.h"

#include <future>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace evenkeel::kafka {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::chrono::hours kLong{1};

/// A session's thread that hangs in librdkafka until it is released.
class Hanging {
 public:
  Hanging() {
    control_.Post([this, released = release_.get_future().share()](ControlWatch& watch) {
      const ControlWatch::Calling call(watch, "destroy");
      entered_.set_value();
      released.wait();
      return true;
    });
    entered_.get_future().wait();
  }
  ControlThread::Ending Leave() {
    return control_.Leave([this] { over_.set_value(); });
  }
  void Release() {
    release_.set_value();
    over_.get_future().wait();
  }

 private:
  std::promise<void> entered_;
  std::promise<void> release_;
  std::promise<void> over_;
  ControlThread control_;
};

class EndingsTest : public ::testing::Test {
 protected:
  Endings Make(std::chrono::milliseconds patience) {
    return {patience, [this](const std::string& line) { complaints_.push_back(line); }};
  }
  std::vector<std::string> complaints_;
};

TEST_F(EndingsTest, AnHeirWaitsForTheSessionOfItsName) {
  Hanging old;
  Endings endings = Make(kLong);
  endings.Add("worker-1", old.Leave());
  EXPECT_FALSE(endings.AreOver("worker-1"));
  EXPECT_TRUE(endings.AreOver("worker-2"));
  old.Release();
  endings.AwaitAll();
  EXPECT_TRUE(endings.AreOver("worker-1"));
  EXPECT_THAT(complaints_, IsEmpty());
}

TEST_F(EndingsTest, WhatHangsIsLeftBehindAndComplainedOfOnce) {
  Hanging old;
  Endings endings = Make(std::chrono::milliseconds(0));
  endings.Add("worker-1", old.Leave());
  EXPECT_TRUE(endings.AreOver("worker-1"));
  EXPECT_TRUE(endings.AreOver("worker-1"));
  EXPECT_THAT(
      complaints_,
      ElementsAre(HasSubstr("worker-1: left behind, librdkafka does not return from 'destroy'")));
  old.Release();
}

TEST_F(EndingsTest, TheClusterWaitsForAll) {
  Endings endings = Make(kLong);
  std::vector<std::future<void>> over;
  for (int i = 0; i < 3; ++i) {
    ControlThread control;
    auto ended = std::make_shared<std::promise<void>>();
    over.push_back(ended->get_future());
    endings.Add("worker-" + std::to_string(i), control.Leave([ended] { ended->set_value(); }));
  }
  endings.AwaitAll();
  for (const auto& each : over) {
    EXPECT_EQ(each.wait_for(std::chrono::seconds(0)), std::future_status::ready);
  }
}

}  // namespace
}  // namespace evenkeel::kafka
