#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "executor/connector.h"
#include "executor/control_board.h"
#include "executor/effect_pool.h"

#include "evenkeel/base/time.h"
#include "evenkeel/engine/effect_sink.h"
#include "evenkeel/engine/worker.h"

namespace evenkeel {

struct CallOrder;

/// What the calls of a process came to.
struct CallCounters {
  std::uint64_t calls = 0;
  std::uint64_t done = 0;
  std::uint64_t retries = 0;  ///< Calls that are not an action's first.
  std::uint64_t failed = 0;
  std::uint64_t ambiguous = 0;
};

/// Makes the calls that a worker's tasks hand out, on a pool's threads, and posts what came of
/// them. A call that the pool has no room for is reported as not made, to be tried again.
class CallSink final : public EffectSink {
 public:
  /// Connectors by channel; they, the pool and the board outlive the sink. `wall_clock` from any
  /// thread.
  CallSink(std::map<std::string, Connector*> connectors, CallScheduler& pool,
           const ControlBoard& control, std::function<TimeMs()> wall_clock);

  /// Where results go. Once, before the worker's first step; the worker outlives the pool's calls.
  void Attach(Worker& worker) { worker_ = &worker; }

  void Execute(Partition row, std::vector<Effect> effects) override;
  void Forget(Partition row) override;
  void Hold() override;
  std::size_t open() const override { return open_.load(); }
  CallCounters counters() const;

 private:
  void Begin(Partition row, std::uint64_t tenure, const Effect& effect);
  void Call(Partition row, std::uint64_t tenure, const std::string& order_bytes);
  CallResult Make(const CallOrder& order);
  void Report(Partition row, const CallOrder& order, CallResult result);
  bool IsOurs(Partition row, std::uint64_t tenure) const;
  void Count(const CallResult& result, std::uint32_t attempt);

  const std::map<std::string, Connector*> connectors_;
  CallScheduler& pool_;
  const ControlBoard& control_;
  const std::function<TimeMs()> wall_clock_;
  Worker* worker_ = nullptr;
  std::atomic<std::size_t> open_ = 0;
  std::atomic<bool> is_held_ = false;
  mutable std::mutex mutex_;
  std::map<Partition, std::uint64_t> tenures_;  ///< Rises when a row is lost. Guarded by mutex_.
  CallCounters counters_;                       ///< Guarded by mutex_.
};

}  // namespace evenkeel
