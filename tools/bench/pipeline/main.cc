// The engine's way of a signal on a real Kafka, with the ledger for a business: commands in,
// changelog, journal and outputs out, exactly once. Prints one JSON line:
//
//   evenkeel-bench-pipeline --bootstrap HOST:PORT --broker-pid PID --directory DIR
//     [--events N] [--customers N] [--seed N] [--partitions N] [--workers N] [--interval MS]
//     [--plant wrong-fold]
//
// tools/bench/pipeline/run starts a broker and then this. Measured from the start of the workers'
// process (joining the group included) to its last commit, by the processor time that the kernel
// counted for that process and for the broker. Void (exit 1, "void":true) unless the states that a
// read-committed reader finds in the changelog equal a fold of the commands that was made apart,
// and there is one output per command. --plant makes that fold wrong, to see it noticed.

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "drain.h"
#include "topics.h"
#include "workload.h"

namespace evenkeel::bench {
namespace {

struct Options {
  Load load;
  DrainPlan drain;
  pid_t broker = 0;
  bool plants_wrong_fold = false;
};

std::optional<Options> ParseOptions(const std::vector<std::string>& arguments) {
  Options options;
  std::map<std::string, std::string> given;
  if (arguments.size() % 2 != 0) return std::nullopt;
  for (std::size_t i = 0; i < arguments.size(); i += 2) given[arguments[i]] = arguments[i + 1];
  const auto take = [&](const char* name, const std::string& fallback) {
    const auto found = given.extract(name);
    return found.empty() ? fallback : found.mapped();
  };
  const auto number = [&](const char* name, long fallback) {
    const std::string text = take(name, std::to_string(fallback));
    char* end = nullptr;
    const long value = std::strtol(text.c_str(), &end, 10);
    return *end == '\0' && end != text.c_str() ? value : -1;
  };
  const long events = number("--events", 5'000'000);
  const long customers = number("--customers", 100'000);
  const long seed = number("--seed", 1);
  const long partitions = number("--partitions", 8);
  const long workers = number("--workers", 2);
  const long interval = number("--interval", 100);
  const long read_ahead = number("--read-ahead-mib", 64);
  options.broker = static_cast<pid_t>(number("--broker-pid", -1));
  options.load.bootstrap = take("--bootstrap", "");
  options.drain.directory = take("--directory", "");
  const std::string plant = take("--plant", "");
  options.plants_wrong_fold = plant == "wrong-fold";
  if (!given.empty() || options.load.bootstrap.empty() || options.drain.directory.empty() ||
      options.broker < 1 || events < 1 || customers < 1 || customers > 1'000'000 || seed < 0 ||
      partitions < 1 || partitions > 1000 || workers < 1 || workers > 64 || interval < 1 ||
      read_ahead < 1 || read_ahead > 100'000 || (!plant.empty() && !options.plants_wrong_fold)) {
    return std::nullopt;
  }
  options.load.events = static_cast<std::uint64_t>(events);
  options.load.customers = static_cast<std::uint32_t>(customers);
  options.load.seed = static_cast<std::uint64_t>(seed);
  options.load.plan.prefix = "bench-" + std::to_string(std::random_device()()) + ".";
  options.load.plan.rows = static_cast<Partition>(partitions);
  options.drain.bootstrap = options.load.bootstrap;
  options.drain.prefix = options.load.plan.prefix;
  options.drain.partitions = static_cast<int>(partitions);
  options.drain.workers = static_cast<int>(workers);
  options.drain.interval = std::chrono::milliseconds(interval);
  options.drain.events = options.load.events;
  options.drain.read_ahead_bytes = static_cast<std::size_t>(read_ahead) << 20;
  return options;
}

double Load1() {
  double load = 0;
  ::getloadavg(&load, 1);
  return load;
}

struct Figures {
  Drained drained;
  double load_before = 0;
  double load_after = 0;
  double fill_seconds = 0;
};

/// Prints the line. True if it counts.
bool Print(const Options& options, const Figures& figures, const Fold& reference,
           const Outcome& outcome) {
  const Drained& drained = figures.drained;
  const auto events = static_cast<double>(options.load.events);
  const std::string digest = outcome.states.Digest();
  const bool is_equal = digest == reference.Digest();
  const bool is_void =
      !is_equal || outcome.outputs != options.load.events || outcome.dead_letters > 0;
  std::printf(
      "{\"bench\":\"pipeline\",\"void\":%s,\"build\":\"%s\",\"events\":%llu,\"customers\":%u,"
      "\"partitions\":%d,\"workers\":%d,\"commit_interval_ms\":%lld,\"read_ahead_mib\":%zu,"
      "\"seed\":%llu,"
      "\"seconds\":%.3f,\"events_per_second\":%.0f,\"worker_cpu_s_per_million\":%.3f,"
      "\"broker_cpu_s_per_million\":%.3f,\"commits\":%llu,\"aborts\":%llu,"
      "\"commit_ms_mean\":%.1f,\"fill_seconds\":%.1f,\"outputs\":%llu,\"dead_letters\":%llu,"
      "\"digest_equal\":%s,\"customers_that_differ\":%u,\"digest\":\"%s\",\"cores\":%u,"
      "\"load_before\":%.2f,\"load_after\":%.2f}\n",
      is_void ? "true" : "false", EVENKEEL_BUILD_TYPE,
      static_cast<unsigned long long>(options.load.events), outcome.states.customers_seen(),
      options.drain.partitions, options.drain.workers,
      static_cast<long long>(options.drain.interval.count()), options.drain.read_ahead_bytes >> 20,
      static_cast<unsigned long long>(options.load.seed), drained.seconds, events / drained.seconds,
      1e6 * drained.worker_cpu / events, 1e6 * drained.broker_cpu / events,
      static_cast<unsigned long long>(drained.commits),
      static_cast<unsigned long long>(drained.aborts), drained.commit_ms_mean, figures.fill_seconds,
      static_cast<unsigned long long>(outcome.outputs),
      static_cast<unsigned long long>(outcome.dead_letters), is_equal ? "true" : "false",
      outcome.states.DifferencesTo(reference), digest.c_str(), std::thread::hardware_concurrency(),
      figures.load_before, figures.load_after);
  return !is_void;
}

/// Nothing was measured, or what was cannot be told.
int Void(const std::string& why) {
  std::fprintf(stderr, "evenkeel-bench-pipeline: %s\n", why.c_str());
  std::printf("{\"bench\":\"pipeline\",\"void\":true}\n");
  return 1;
}

int Run(const Options& options) {
  const auto cluster = OpenCluster(options.load.bootstrap);
  if (const Status made = CreateTopics(*cluster, options.load); !made.ok()) {
    return Void(made.ToString());
  }
  Fold reference(options.load.customers);
  const auto begin = std::chrono::steady_clock::now();
  if (const Status filled = Fill(*cluster, options.load, reference); !filled.ok()) {
    return Void(filled.ToString());
  }
  Figures figures;
  figures.fill_seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  if (options.plants_wrong_fold) {
    reference.Add(MakeEvent(options.load.seed, options.load.events / 2, options.load.customers));
  }
  figures.load_before = Load1();
  const std::optional<Drained> drained = MeasureDrain(options.drain, options.broker);
  figures.load_after = Load1();
  if (!drained) return Void("nothing was measured");
  figures.drained = *drained;
  const Result<Outcome> outcome = ReadOutcome(*cluster, options.load);
  if (!outcome.ok()) return Void(outcome.status().ToString());
  return Print(options, figures, reference, *outcome) ? 0 : 1;
}

}  // namespace
}  // namespace evenkeel::bench

int main(int argc, char** argv) {
  std::vector<std::string> arguments(argv + 1, argv + argc);
  if (!arguments.empty() && arguments.front() == evenkeel::bench::kDrainFlag) {
    arguments.erase(arguments.begin());
    return evenkeel::bench::RunDrain(arguments);
  }
  const auto options = evenkeel::bench::ParseOptions(arguments);
  if (!options) {
    std::fputs(
        "evenkeel-bench-pipeline --bootstrap HOST:PORT --broker-pid PID --directory DIR\n"
        "  [--events N] [--customers N, at most 1000000] [--seed N] [--partitions N] [--workers "
        "N]\n"
        "  [--interval MS] [--read-ahead-mib N, of each worker] [--plant wrong-fold]\n",
        stderr);
    return 2;
  }
  return evenkeel::bench::Run(*options);
}
