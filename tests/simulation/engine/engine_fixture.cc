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
      member->worker->PostEffectResult(pending.row, AnswerTo(pending.effect));
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

}  // namespace evenkeel::testing
