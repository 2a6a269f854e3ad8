#include <cerrno>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <sstream>

#include "drain.h"
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "evenkeel/base/check.h"

namespace evenkeel::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kPatience{60};

/// This program again, with its standard output in our hands. Dies with us.
class Child {
 public:
  explicit Child(const std::vector<std::string>& arguments) {
    int ends[2];
    EVENKEEL_CHECK(::pipe(ends) == 0);
    std::vector<char*> argv;
    std::string self = "/proc/self/exe";
    std::vector<std::string> copies = arguments;
    argv.push_back(self.data());
    for (std::string& copy : copies) argv.push_back(copy.data());
    argv.push_back(nullptr);
    pid_ = ::fork();
    EVENKEEL_CHECK(pid_ >= 0);
    if (pid_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      ::dup2(ends[1], STDOUT_FILENO);
      ::close(ends[0]);
      ::close(ends[1]);
      ::execv(self.c_str(), argv.data());
      ::_exit(127);
    }
    ::close(ends[1]);
    output_ = ends[0];
  }
  ~Child() {
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      Wait();
    }
    ::close(output_);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  pid_t pid() const { return pid_; }

  /// The next line; nothing at the end, or when none comes for a while.
  std::optional<std::string> ReadLine() {
    while (true) {
      const std::size_t end = buffer_.find('\n');
      if (end != std::string::npos) {
        std::string line = buffer_.substr(0, end);
        buffer_.erase(0, end + 1);
        return line;
      }
      pollfd ready{.fd = output_, .events = POLLIN, .revents = 0};
      if (::poll(&ready, 1, static_cast<int>(kPatience.count() * 1000)) <= 0) return std::nullopt;
      char bytes[4096];
      const ssize_t count = ::read(output_, bytes, sizeof bytes);
      if (count <= 0) return std::nullopt;
      buffer_.append(bytes, static_cast<std::size_t>(count));
    }
  }

  /// Whether it exited with 0.
  bool Wait() {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
  }

 private:
  pid_t pid_ = -1;
  int output_ = -1;
  std::string buffer_;
};

std::nullopt_t Fail(const char* why) {
  std::fprintf(stderr, "drain: %s\n", why);
  return std::nullopt;
}

}  // namespace

std::optional<double> CpuSecondsOf(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string line;
  if (!std::getline(file, line)) return std::nullopt;
  // The name, in brackets, may hold anything; utime and stime are the 14th and 15th field.
  std::istringstream fields(line.substr(line.rfind(')') + 1));
  std::string skipped;
  for (int field = 3; field < 14; ++field) fields >> skipped;
  double user = 0;
  double system = 0;
  if (!(fields >> user >> system)) return std::nullopt;
  return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

std::optional<Drained> MeasureDrain(const DrainPlan& plan, pid_t broker) {
  const std::optional<double> broker_before = CpuSecondsOf(broker);
  if (!broker_before) return Fail("there is no broker process of this id");
  const auto begin = Clock::now();
  auto moved = begin;
  Child child(plan.Arguments());
  Drained drained;
  while (true) {
    const std::optional<std::string> line = child.ReadLine();
    if (!line) return Fail("the workers' process ended or fell silent");
    std::istringstream in(*line);
    std::string word;
    double commit_ms = 0;
    const std::uint64_t before = drained.records;
    in >> word >> drained.records >> drained.commits >> drained.aborts >> commit_ms;
    if (!in) return Fail("the workers' process says something else");
    if (word == "done") {
      drained.commit_ms_mean =
          drained.commits > 0 ? commit_ms / static_cast<double>(drained.commits) : 0;
      break;
    }
    const auto now = Clock::now();
    if (drained.records != before) moved = now;
    if (now - moved > kPatience) return Fail("no progress for a minute");
  }
  drained.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  const std::optional<double> worker_cpu = CpuSecondsOf(child.pid());
  const std::optional<double> broker_after = CpuSecondsOf(broker);
  if (!worker_cpu || !broker_after) return Fail("a process is gone before it was measured");
  drained.worker_cpu = *worker_cpu;
  drained.broker_cpu = *broker_after - *broker_before;
  if (!child.Wait()) return Fail("the workers did not end in order");
  return drained;
}

}  // namespace evenkeel::bench
