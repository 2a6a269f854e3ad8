#include "evenkeel/runtime/stop_signal.h"

#include <condition_variable>
#include <mutex>

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

namespace evenkeel {
namespace {

// Blocks until `token` is stopped, without polling.
void WaitFor(const std::stop_token& token) {
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock lock(mutex);
  stopped.wait(lock, token, [] { return false; });
}

TEST(StopSignalTest, TurnsSigtermIntoAStop) {
  const pid_t child = fork();
  if (child == 0) {
    const StopSignal stop;
    kill(getpid(), SIGTERM);
    WaitFor(stop.token());
    _exit(0);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

TEST(StopSignalTest, ASecondSignalEndsTheProcess) {
  const pid_t child = fork();
  if (child == 0) {
    const StopSignal stop;
    kill(getpid(), SIGINT);
    WaitFor(stop.token());
    kill(getpid(), SIGINT);
    while (true) pause();
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(WEXITSTATUS(status), 130);
}

}  // namespace
}  // namespace evenkeel
