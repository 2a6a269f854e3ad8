#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace evenkeel::bench {

/// The arguments of a process that drains a ledger's inputs.
struct DrainPlan {
  std::string bootstrap;
  std::string prefix;
  int partitions = 8;
  std::string directory;  ///< Of the stores; must exist.
  int workers = 2;
  std::chrono::milliseconds interval{100};
  std::uint64_t events = 0;
  std::size_t read_ahead_bytes = 64 << 20;  ///< Of each worker.

  std::vector<std::string> Arguments() const;
};
inline constexpr const char* kDrainFlag = "--drain";

/// The life of that process: workers, each on a thread, until all is committed; then it says so,
/// and they end in order. `arguments` are those of Arguments(), the flag left out. Returns the exit
/// code.
int RunDrain(const std::vector<std::string>& arguments);

/// User and system seconds of a process so far; nothing if there is none.
std::optional<double> CpuSecondsOf(pid_t pid);

/// What was measured from the start of the process to its last commit.
struct Drained {
  double seconds = 0;
  double worker_cpu = 0;
  double broker_cpu = 0;
  std::uint64_t records = 0;
  std::uint64_t commits = 0;
  std::uint64_t aborts = 0;
  double commit_ms_mean = 0;
};

/// Runs this program as the process that drains, and measures it and the broker. Nothing, with a
/// line on stderr, if it failed or made no progress for a minute.
std::optional<Drained> MeasureDrain(const DrainPlan& plan, pid_t broker);

}  // namespace evenkeel::bench
