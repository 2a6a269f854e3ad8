#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "faulty_log.h"
#include "ledger/ledger_rig.h"
#include "ledger/temp_directory.h"
#include <gtest/gtest.h>

#include "evenkeel/engine/worker.h"
#include "evenkeel/log/sim_log.h"

namespace evenkeel::testing {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// A ledger deployment on the log in memory, with any number of workers.
class EngineWorld {
 public:
  explicit EngineWorld(LedgerPlan plan = {});

  /// Who works under one name: a worker with what belongs to it. Its store outlives it.
  struct Member {
    std::string name;
    LedgerProcessor::Journal journal;
    LedgerSink sink;
    std::unique_ptr<Worker> worker;
    Status status;  ///< Of its last step.
  };

  /// Starts a worker; `change` may alter its options first.
  Member& Start(const std::string& name,
                const std::function<void(WorkerOptions&)>& change = nullptr);
  /// As kill -9: what is not flushed is lost, nothing is given up.
  void Crash(const std::string& name) { members_.erase(name); }
  Member& member(const std::string& name) { return *members_.at(name); }

  /// One step of every worker, then 1 ms. Effects are answered `answer_after` steps later.
  void Step();
  void StepFor(milliseconds span);
  /// Steps until `done`; false after `patience` steps.
  bool Until(const std::function<bool()>& done, int patience = 20'000);
  /// Steps until every row runs somewhere, everything read is committed and no effect is open.
  bool UntilIdle(int patience = 20'000);
  bool IsIdle();
  /// All rows run.
  bool UntilRunning(int patience = 20'000);
  bool IsRunning();

  std::string StoreOf(const std::string& name) { return directory_.path() + "/" + name; }
  const TaskStatus* TaskOf(const std::string& name, Partition row);

  /// Writes one command.
  void Command(Partition row, const std::string& key, const std::string& value);

  /// Runs the oracle; a failure of the test if it disagrees.
  std::vector<LedgerOracle> Check();

  SimLog sim;
  FaultyLog faulty;
  LedgerLog log;
  TempDirectory directory_;
  StoreResources stores;
  std::map<std::string, std::unique_ptr<Member>> members_;
  bool answers_effects = true;

 private:
  void AnswerEffects();
};

}  // namespace evenkeel::testing
