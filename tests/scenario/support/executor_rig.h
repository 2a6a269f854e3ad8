#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "executor/action_reader.h"
#include "executor/call_sink.h"
#include "executor/executor_processor.h"

#include "evenkeel/model/approved_action.h"
#include "evenkeel/model/receipt.h"
#include "support/service_world.h"

namespace evenkeel::testing {

/// A target that does as it is told, and remembers.
class ScriptedConnector final : public Connector {
 public:
  struct Made {
    ActionCall call;
    TimeMs at;
  };

  CallResult Execute(const ActionCall& call) override;
  bool idempotent() const override { return is_idempotent; }

  /// What the next calls come to; when they are used up, kDone.
  std::deque<CallResult> script;
  std::vector<Made> calls;
  bool is_idempotent = true;
  std::function<TimeMs()> clock;
  std::function<void(const ActionCall&)> on_call = [](const ActionCall&) {};
};

/// Makes calls in the test's own thread, once the bench's time has come.
class BenchScheduler final : public CallScheduler {
 public:
  explicit BenchScheduler(LogBench& bench) : bench_(bench) {}
  bool Submit(std::function<void()> call, std::chrono::milliseconds delay,
              const void* owner) override;
  void Hurry(const void* owner) override;
  void RunDue();
  void Drop() { queue_.clear(); }

  bool is_held = false;   ///< Calls wait, as if all threads were busy.
  bool is_stuck = false;  ///< Calls never end, whatever is asked of them.

 private:
  LogBench& bench_;
  std::multimap<MonotonicTime, std::function<void()>> queue_;
};

/// An executor in a world, with a scripted target for the channel email and none for push.
class ExecutorRig {
 public:
  explicit ExecutorRig(ServiceWorld& world);

  void Start(const std::string& name = "e1");
  void Crash(const std::string& name = "e1");

  /// Of `customer`, signed: from now on, for an hour. `number` tells actions apart.
  ApprovedAction ActionFor(const std::string& customer, int number) const;
  OwnedRecord RecordFor(const ApprovedAction& action) const;
  void Write(const ApprovedAction& action) { world_.Write({RecordFor(action)}); }

  std::vector<Receipt> Receipts();
  /// Steps until there are `count` receipts, then on for a while, as some would come too many.
  std::vector<Receipt> ReceiptsOnceThereAre(std::size_t count);

  /// What operators say, as it is known to whoever makes the calls.
  const ControlBoard& control() const { return control_; }

  ScriptedConnector target;
  BenchScheduler scheduler;
  ChannelPolicy policy;

 private:
  ServiceWorld& world_;
  ActionTrust trust_;
  ControlBoard control_;
};

}  // namespace evenkeel::testing
