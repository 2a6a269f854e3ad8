#include <random>

#include "ledger/ledger_rig.h"

#include "evenkeel/base/hash.h"

namespace evenkeel::testing {

using std::chrono::milliseconds;

std::string AnswerTo(const Effect& effect) {
  return effect.bytes + " " + std::to_string(static_cast<unsigned>(Murmur2(effect.id)) % 100);
}

std::vector<LedgerLog::Line> MakeCommands(const Workload& workload, Partition rows) {
  std::mt19937 rng(workload.seed);
  const auto below = [&](int n) { return static_cast<int>(rng() % static_cast<unsigned>(n)); };
  const auto account = [&] { return "customer-" + std::to_string(below(workload.keys)); };
  const auto text = [](int n) { return std::to_string(n); };
  TimeMs time = workload.start.value_or(TimeMs{0});
  std::vector<LedgerLog::Line> lines;
  for (int i = 0; i < workload.count; ++i) {
    std::string key = account();
    std::string value;
    switch (below(16)) {
      case 0:
      case 1:
        value = "batch " + text(below(50));
        break;
      case 2:
        value = "remind " + text(below(3000) - 200);
        break;
      case 3:
        value = "every " + text(1 + below(300)) + " " + text(1 + below(4));
        break;
      case 4:
        value = "call c" + text(i);
        if (!workload.calls) value = "add 1";
        break;
      case 5:
        value = "send " + account() + " " + text(below(20));
        if (!workload.sends) value = "add 2";
        break;
      case 6:
        value = below(3) == 0 ? "forget" : "add 3";
        break;
      case 7:
        value = below(2) == 0 ? "nonsense" : "huge";
        break;
      case 8:
        value = "pad " + text(below(1500));
        break;
      default:
        value = "add " + text(below(100));
    }
    LedgerLog::Line line{.topic = below(8) == 0 ? "receipts" : "commands",
                         .partition = PartitionOf(key, rows),
                         .key = std::move(key),
                         .value = std::move(value)};
    if (workload.start) {
      time = time + milliseconds(below(workload.step_ms));
      // Some come late.
      line.timestamp = time - milliseconds(below(10) == 0 ? below(1000) : 0);
      // And some clocks are broken.
      if (workload.broken_clocks && below(50) == 0)
        line.timestamp = TimeMs{below(2) == 0 ? 1000 : 7'226'582'400'000};
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace evenkeel::testing
