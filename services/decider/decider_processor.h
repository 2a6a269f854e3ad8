#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/control_feed.h"
#include "decider/customer_object.h"
#include "decider/decider_metrics.h"
#include "decider/decider_window.h"
#include "decider/decision_writer.h"

#include "evenkeel/bundle/bundle_log.h"
#include "evenkeel/codec/signal_decoder.h"
#include "evenkeel/decision/decision_wave.h"
#include "evenkeel/engine/processor.h"

namespace evenkeel {

/// The decider's part of a signal's path: bytes → signal → customer's state → decision → record
/// and action. Everything before (polling, order, time) and after (commit, store) is the engine's.
class DeciderProcessor final : public Processor, private DecisionSink {
 public:
  /// The globals it reads, in this order.
  enum Global : std::size_t { kBundles = 0, kControl = 1, kContext = 2 };

  struct Options {
    SignalDecoderOptions decoder;
    BundleShelf::Options bundles;
    DecisionWriter::Options writer;
    StateLimits limits;
    std::vector<std::string> input_topics;  ///< By input.
    std::vector<std::string> channels;      ///< Those with a topic for actions.
    /// The event clock says nothing of how long a receipt takes: reservations wait for theirs.
    bool reservations_wait = false;
    /// Where queries look. Null: there are none.
    std::shared_ptr<DeciderWindow> window;
    /// Told when another bundle is in force (OK), or why one was refused.
    std::function<void(const Bundle* in_force, const Status&)> on_bundle = [](const Bundle*,
                                                                              const Status&) {};
    /// Told once of a bundle that was put in force while parts of it are missing.
    std::function<void(const ActiveBundle&)> on_awaited = [](const ActiveBundle&) {};
  };

  /// `metrics` outlives the processor.
  DeciderProcessor(Options options, std::shared_ptr<const TimeZoneDatabase> zones,
                   DeciderMetrics& metrics);

  Status OnRecord(SliceContext& context, const LogRecord& record) override;
  Status OnTimer(SliceContext& context, const Timer& timer) override;
  Status OnLocalEvent(SliceContext& context, std::string_view event) override;
  Status CloseWave(SliceContext& context) override;

  Result<std::unique_ptr<StateObject>> DecodeState(std::string_view key, std::uint64_t layout,
                                                   std::string_view bytes) override;
  std::unique_ptr<StateObject> NewState(std::string_view key) override;
  void TimersOf(std::string_view key, const StateObject& state, TimerSink& timers) override;
  std::string LayoutBytes(std::uint64_t layout) override;
  Status OnLayout(std::uint64_t layout, std::string_view bytes) override;

  Status OnTaskOpened(TaskView& task) override;
  void OnTaskCommitted(Partition row) override;
  void OnTaskRolledBack(Partition row) override;
  void OnTaskClosed(Partition row) override;
  void OnGlobalRecord(const GlobalRecord& record) override;
  void OnGlobalsAtEnd() override;

 private:
  using TriggerId = std::pair<std::string, std::string>;  // source, id

  void OnDecision(CustomerState& state, Decision decision) override;

  Status Observe(SliceContext& context, const LogRecord& record);
  Status Follow(SliceContext& context, std::string_view customer, CustomerState& state,
                const Observed& observed);
  Status Forget(SliceContext& context, std::string_view customer, bool is_score_out);
  Status Accept(const Bundle& bundle);
  void ShowInWindow() const;
  DecisionWave& WaveOf(SliceContext& context);

  const Options options_;
  const std::shared_ptr<const TimeZoneDatabase> zones_;
  DeciderMetrics& metrics_;
  SignalDecoder decoder_;
  DecodedSignal signal_;    // Memory that is used again.
  PendingDecision scored_;  // The same.
  DecisionWriter writer_;
  BundleShelf bundles_;
  std::shared_ptr<const Bundle> offered_;  // The shelf's, accepted or not.
  std::optional<Sha256Digest> announced_;  // The last one that on_awaited was told of.
  Status refusal_;                         // Of the newest bundle; OK if it is in force.
  ControlFeed control_;
  LayoutSet layouts_;
  std::shared_ptr<const DecisionCore> core_;
  std::map<Partition, std::unique_ptr<DecisionWave>> waves_;
  std::map<Partition, DeciderCounts> counts_;     // Of what is not committed yet.
  std::map<TriggerId, RecordPosition> triggers_;  // Of records in the open wave.
  SliceContext* context_ = nullptr;               // Of the callback under way.
  Status write_status_;                           // Of OnDecision(), which cannot return one.
};

}  // namespace evenkeel
