#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/control_feed.h"
#include "executor/action_reader.h"
#include "executor/call_order.h"
#include "executor/connector.h"
#include "executor/control_board.h"
#include "executor/executor_state.h"

#include "evenkeel/engine/processor.h"

namespace evenkeel {

/// How one channel's actions are called out.
struct ChannelPolicy {
  std::uint32_t attempts_max = 12;
  std::chrono::milliseconds backoff{1000};  ///< Before the second call; doubles.
  std::chrono::milliseconds backoff_max{300'000};
  bool is_idempotent = true;  ///< Whether an unanswered call may be made again.
  /// For so long after the first call the target knows the id again. By the wall clock.
  std::chrono::milliseconds idempotency_window = std::chrono::hours(24);
};

/// Carries approved actions out, each once: claim and intent are one transaction, then the call is
/// made, then its result and the receipt are the next. Whoever takes a task over finds the claims
/// and makes the calls again, under the same id.
///
/// An unanswered call to a target that does not know the id again is never repeated: its receipt
/// says "unknown", and people look.
class ExecutorProcessor final : public Processor {
 public:
  struct Options {
    std::string name;  ///< In receipts.
    std::string deployment;
    Environment environment = Environment::kSandbox;
    bool is_simulated = false;  ///< The deployment runs under an event clock.
    std::string receipts_topic;
    std::vector<std::string> input_channels;        ///< By input; empty for ticks.
    std::map<std::string, ChannelPolicy> channels;  ///< Those that have a connector.
    std::int64_t keep_results_ms = 30LL * 24 * 3600 * 1000;
  };

  /// The globals it reads, in this order.
  enum Global : std::size_t { kControl = 0 };

  /// `trust` outlives the processor, and so does `control`, which it keeps up to date.
  ExecutorProcessor(Options options, const ActionTrust& trust, ControlBoard& control);

  Status OnRecord(SliceContext& context, const LogRecord& record) override;
  Status OnTimer(SliceContext& context, const Timer& timer) override;
  Status OnLocalEvent(SliceContext& context, std::string_view event) override;
  Status CloseWave(SliceContext&) override { return {}; }
  Result<std::unique_ptr<StateObject>> DecodeState(std::string_view key, std::uint64_t layout,
                                                   std::string_view bytes) override;
  std::unique_ptr<StateObject> NewState(std::string_view key) override;
  void TimersOf(std::string_view key, const StateObject& state, TimerSink& timers) override;
  Status OnTaskOpened(TaskView& task) override;
  void OnGlobalRecord(const GlobalRecord& record) override;
  void OnGlobalsAtEnd() override { control_.Set(feed_.control()); }

 private:
  Status Take(SliceContext& context, const LogRecord& record, const ReceivedAction& action);
  /// Calls (after `delay`), waits or gives up, as the times and `claim` say.
  Status Advance(SliceContext& context, const ReceivedAction& action, Claim& claim,
                 std::chrono::milliseconds delay);
  Status End(SliceContext& context, const ReceivedAction& action, Claim& claim,
             ReceiptStatus status, std::string reason, std::string detail);
  Status Settle(SliceContext& context, const CallReport& report, Claim& claim);
  /// When the action happens. Under the event clock calls take no time, and an action happens when
  /// it was planned to, however far the clocks of its task have come by then.
  TimeMs TimeOf(const SliceContext& context, const ApprovedAction& action) const;
  /// Why this deployment must not carry the action out, now.
  std::optional<ControlRefusal> RefusalOf(const ApprovedAction& action) const;
  /// Until when a call that may have had its effect may be made again.
  TimeMs KnownUntil(const Claim& claim) const;
  /// When calls must have begun, by the wall clock; a simulated world has none.
  TimeMs LastMoment(const ApprovedAction& action) const;
  std::chrono::milliseconds BackOff(const Claim& claim, const CallReport& report) const;

  const Options options_;
  const ActionTrust& trust_;
  ControlFeed feed_;
  ControlBoard& control_;
};

}  // namespace evenkeel
