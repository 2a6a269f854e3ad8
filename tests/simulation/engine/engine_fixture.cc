#include "engine_fixture.h"

#include <filesystem>
#include <utility>

#include "evenkeel/base/hash.h"

namespace evenkeel::testing {

EngineWorld::EngineWorld(LedgerPlan plan)
    : faulty(sim),
      log(sim, std::move(plan), [this] { sim.AdvanceTime(milliseconds(1)); }),
      stores({.cache_bytes = 8 << 20, .unflushed_bytes = 64 << 20}) {
  const Status created = log.CreateTopics();
  EXPECT_TRUE(created.ok()) << created.ToString();
}

EngineWorld::Member& EngineWorld::Start(const std::string& name,
                                        const std::function<void(WorkerOptions&)>& change) {
  std::filesystem::create_directories(StoreOf(name));
  WorkerOptions options = LedgerOptions(log.plan(), log.cluster_id(), name, StoreOf(name));
  options.commit.interval = milliseconds(20);
  options.commit.soon = milliseconds(5);
  if (change) change(options);
  auto member = std::make_unique<Member>();
  member->name = name;
  member->worker = std::make_unique<Worker>(
      Worker::Ports{.cluster = faulty, .stores = stores, .effects = member->sink},
      std::move(options), std::make_unique<LedgerProcessor>(log.plan().topics(), member->journal));
  return *(members_[name] = std::move(member));
}

void EngineWorld::Step() {
  for (auto& [name, member] : members_) {
    if (member->status.ok()) member->status = member->worker->Step(sim.now());
  }
  if (answers_effects) AnswerEffects();
  sim.AdvanceTime(milliseconds(1));
}

void EngineWorld::AnswerEffects() {
  for (auto& [name, member] : members_) {
    for (const LedgerSink::Pending& pending : std::exchange(member->sink.pending, {})) {
      const auto amount = static_cast<unsigned>(Murmur2(pending.effect.id)) % 100;
      member->worker->PostEffectResult(pending.row,
                                       pending.effect.bytes + " " + std::to_string(amount));
    }
  }
}

void EngineWorld::StepFor(milliseconds span) {
  for (auto i = span.count(); i > 0; --i) Step();
}

bool EngineWorld::Until(const std::function<bool()>& done, int patience) {
  for (int i = 0; i < patience; ++i) {
    if (done()) return true;
    Step();
  }
  return done();
}

bool EngineWorld::IsRunning() {
  std::size_t running = 0;
  for (auto& [name, member] : members_) {
    for (const TaskStatus& task : member->worker->status().tasks) {
      running += task.phase == TaskPhase::kRunning ? 1 : 0;
    }
  }
  return running == static_cast<std::size_t>(log.plan().rows);
}

bool EngineWorld::UntilRunning(int patience) {
  return Until([&] { return IsRunning(); }, patience);
}

bool EngineWorld::IsIdle() {
  if (!IsRunning()) return false;
  for (auto& [name, member] : members_) {
    if (!member->sink.pending.empty()) return false;
    for (const TaskStatus& task : member->worker->status().tasks) {
      for (const InputStatus& input : task.inputs) {
        if (!input.at_end || input.buffered > 0 || input.next != input.committed) return false;
      }
    }
  }
  return true;
}

// Idle for a while: transfers and results of effects come back as new work.
bool EngineWorld::UntilIdle(int patience) {
  int idle = 0;
  return Until([&] { return (idle = IsIdle() ? idle + 1 : 0) > 100; }, patience);
}

const TaskStatus* EngineWorld::TaskOf(const std::string& name, Partition row) {
  static thread_local WorkerStatus status;
  status = member(name).worker->status();
  for (const TaskStatus& task : status.tasks) {
    if (task.row == row) return &task;
  }
  return nullptr;
}

void EngineWorld::Command(Partition row, const std::string& key, const std::string& value) {
  const Status written = log.Write({{"commands", row, key, value, std::nullopt}});
  EXPECT_TRUE(written.ok()) << written.ToString();
}

std::vector<LedgerOracle> EngineWorld::Check() {
  Result<std::vector<LedgerOracle>> oracles = log.Check();
  EXPECT_TRUE(oracles.ok()) << oracles.status().ToString();
  return oracles.ok() ? std::move(oracles).value() : std::vector<LedgerOracle>();
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
