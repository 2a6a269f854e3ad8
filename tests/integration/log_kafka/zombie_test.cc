#include <cstdio>
#include <string>
#include <string_view>

#include "support.h"
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "evenkeel/base/check.h"

extern char** environ;

namespace evenkeel::testing {
namespace {

constexpr std::chrono::seconds kAdmin{20};
constexpr std::chrono::milliseconds kTransactionTimeout{2000};

SessionOptions ZombieOptions(const std::string& prefix) {
  return {.transactional_id = prefix + "zombie",
          .inputs = {prefix + "in"},
          .offsets_group = prefix + "group",
          .transaction_timeout = kTransactionTimeout};
}

/// The child: opens a transaction, says so, and commits when a line is sent to it.
int RunZombie(const std::string& prefix) {
  const auto cluster = OpenAt(SharedBootstrap());
  const auto driver = OpenDriver(*cluster, ZombieOptions(prefix));
  if (!driver->Init().ok()) return 1;
  (*driver)->Begin();
  const std::string topic = prefix + "in";
  if (driver->Produce({.topic = topic, .value = "zombie"}) != ProduceResult::kAccepted) return 1;
  // Until the record lies in the log, pending.
  driver->Until([&] { return driver->Watermarks({topic, 0}).high == 1; });
  std::puts("open");
  std::fflush(stdout);
  if (std::getchar() == EOF) return 1;
  const TransactionDone done = driver->Commit({{.input = 0, .row = 0, .next = 9}});
  std::printf("outcome %d\n", static_cast<int>(done.outcome));
  std::fflush(stdout);
  return 0;
}

/// This program again as the zombie, with its standard streams in our hands.
class Zombie {
 public:
  explicit Zombie(const std::string& prefix) {
    int to[2];
    int from[2];
    EVENKEEL_CHECK(pipe2(to, O_CLOEXEC) == 0 && pipe2(from, O_CLOEXEC) == 0);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, to[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, from[1], STDOUT_FILENO);
    std::string program = "/proc/self/exe";
    std::string flag = "--zombie";
    std::string argument = prefix;
    char* argv[] = {program.data(), flag.data(), argument.data(), nullptr};
    EVENKEEL_CHECK(posix_spawn(&pid_, program.c_str(), &actions, nullptr, argv, environ) == 0);
    posix_spawn_file_actions_destroy(&actions);
    close(to[0]);
    close(from[1]);
    in_ = fdopen(to[1], "w");
    out_ = fdopen(from[0], "r");
  }
  Zombie(const Zombie&) = delete;
  Zombie& operator=(const Zombie&) = delete;
  ~Zombie() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    std::fclose(in_);
    std::fclose(out_);
  }

  std::string ReadLine() {
    char line[256] = {};
    return std::fgets(line, sizeof line, out_) == nullptr ? "" : line;
  }
  void Say(const char* line) {
    std::fputs(line, in_);
    std::fflush(in_);
  }
  void Stop() { kill(pid_, SIGSTOP); }
  void Continue() { kill(pid_, SIGCONT); }

 private:
  pid_t pid_ = -1;
  std::FILE* in_ = nullptr;
  std::FILE* out_ = nullptr;
};

TEST(ZombieTest, AProcessAsleepPastItsTransactionTimeoutCommitsNothing) {
  const std::string prefix = NewPrefix();
  const auto cluster = OpenAt(SharedBootstrap());
  ASSERT_TRUE(cluster->CreateTopic({.name = prefix + "in"}, kAdmin).ok());
  const auto heir = OpenDriver(*cluster, {.transactional_id = prefix + "heir",
                                          .inputs = {prefix + "in"},
                                          .offsets_group = prefix + "group"});
  ASSERT_TRUE(heir->Init().ok());
  Zombie zombie(prefix);
  ASSERT_EQ(zombie.ReadLine(), "open\n");
  zombie.Stop();
  // The coordinator aborts what it left open: its marker makes an end behind its record.
  const ReaderId reader = (*heir)->OpenReader({prefix + "in", 0}, 0);
  ASSERT_TRUE(heir->Await<ReaderAtEnd>(
      [&](const ReaderAtEnd& end) { return end.reader == reader && end.offset >= 2; }));
  zombie.Say("commit\n");
  zombie.Continue();
  EXPECT_EQ(zombie.ReadLine(),
            "outcome " + std::to_string(static_cast<int>(CommitOutcome::kFenced)) + "\n");
  EXPECT_THAT(heir->ReadAll({prefix + "in", 0}), ::testing::IsEmpty());
  EXPECT_THAT(heir->Committed(0).next, ::testing::ElementsAre(std::nullopt));
}

}  // namespace
}  // namespace evenkeel::testing

int main(int argc, char** argv) {
  if (argc == 3 && std::string_view(argv[1]) == "--zombie") {
    return evenkeel::testing::RunZombie(argv[2]);
  }
  ::testing::InitGoogleMock(&argc, argv);
  return RUN_ALL_TESTS();
}
