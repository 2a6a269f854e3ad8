#include "control_thread.h"

#include <atomic>
#include <future>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace evenkeel::kafka {
namespace {

using ::testing::ElementsAre;

constexpr std::chrono::seconds kPatience{20};

class Notes {
 public:
  void Add(int note) {
    const std::lock_guard lock(mutex_);
    notes_.push_back(note);
  }
  std::vector<int> all() {
    const std::lock_guard lock(mutex_);
    return notes_;
  }

 private:
  std::mutex mutex_;
  std::vector<int> notes_;
};

TEST(ControlThreadTest, RunsInOrderAndATaskToRepeatKeepsItsPlace) {
  ControlThread control;
  Notes notes;
  control.Post([&, runs = 0](ControlWatch&) mutable {
    notes.Add(1);
    return ++runs == 3;
  });
  std::promise<void> done;
  control.Post([&](ControlWatch&) {
    notes.Add(2);
    done.set_value();
    return true;
  });
  ASSERT_EQ(done.get_future().wait_for(kPatience), std::future_status::ready);
  EXPECT_TRUE(control.Leave([&] { notes.Add(3); }).Await(kPatience));
  EXPECT_THAT(notes.all(), ElementsAre(1, 1, 1, 2, 3));
}

TEST(ControlThreadTest, AQuestionWithoutAnswerHoldsNobodyUp) {
  ControlThread control;
  control.PostBackground([](ControlWatch&) { return false; });
  std::promise<void> background;
  control.PostBackground([&](ControlWatch&) {
    background.set_value();
    return true;
  });
  std::promise<void> posted;
  control.Post([&](ControlWatch&) {
    posted.set_value();
    return true;
  });
  EXPECT_EQ(posted.get_future().wait_for(kPatience), std::future_status::ready);
  EXPECT_EQ(background.get_future().wait_for(kPatience), std::future_status::ready);
  EXPECT_TRUE(control.Leave([] {}).Await(kPatience));
}

TEST(ControlThreadTest, TellsWhichCallIsUnderWayAndLeavesAThreadThatHangsBehind) {
  std::promise<void> release;
  std::promise<void> ended;
  std::optional<ControlThread::Ending> ending;
  {
    ControlThread control;
    std::promise<void> entered;
    control.Post([&](ControlWatch& watch) {
      const ControlWatch::Calling call(watch, "hang");
      entered.set_value();
      release.get_future().wait();
      return true;
    });
    entered.get_future().wait();
    const auto running = control.watch().running();
    ASSERT_TRUE(running.has_value());
    EXPECT_STREQ(running->name, "hang");
    ending.emplace(control.Leave([&] { ended.set_value(); }));
  }
  EXPECT_FALSE(ending->is_over());
  EXPECT_STREQ(ending->running()->name, "hang");
  release.set_value();  // The thread outlives its owner and still ends as told.
  EXPECT_EQ(ended.get_future().wait_for(kPatience), std::future_status::ready);
  EXPECT_TRUE(ending->Await(kPatience));
}

}  // namespace
}  // namespace evenkeel::kafka
