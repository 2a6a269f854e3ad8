#pragma once

#include <cstdint>
#include <string>

#include "console/view_rows.h"

#include "evenkeel/base/result.h"
#include "evenkeel/codec/signal_decoder.h"
#include "evenkeel/log/record.h"
#include "evenkeel/state/derived_store.h"

namespace evenkeel {

/// What the records of a topic are to the view.
enum class ViewTopic : std::uint8_t {
  kDecisions,
  kActions,
  kActionDeadLetters,  ///< What executors could not read.
  kRequests,
  kVerdicts,
  kReceipts,
  kControl,
  kTicks,
};

/// How long and how much the view remembers.
struct ViewRetention {
  std::int64_t age_ms = std::int64_t{90} * 24 * 3600 * 1000;  ///< Before the newest decision.
  std::int64_t decisions_max = 500'000;
};

/// Lays records over a view. The rows that come of it are the same in whatever order the topics are
/// read (records of one partition come in their order), and however often one is taken again.
///
/// Thread-safety: the thread that writes the store.
class ViewApplier {
 public:
  ViewApplier(const DerivedStore& store, ViewRetention retention, SignalDecoderOptions decoder);

  /// `name` is the topic's. A record that is not understood is counted and passed over: somebody
  /// else refuses it.
  Status Apply(ViewTopic topic, const std::string& name, const LogRecord& record,
               DerivedBatch& batch, ViewTotals& totals);

  /// Forgets what is beyond the retention, a bounded amount of it. True: there may be more.
  Result<bool> Prune(DerivedBatch& batch, ViewTotals& totals) const;

 private:
  Status OnDecision(const LogRecord& record, DerivedBatch& batch, ViewTotals& totals);
  Status OnAction(const std::string& topic, const LogRecord& record, DerivedBatch& batch,
                  ViewTotals& totals);
  Status OnActionDeadLetter(const LogRecord& record, DerivedBatch& batch, ViewTotals& totals);
  Status Close(const std::string& action_id, DerivedBatch& batch, ViewTotals& totals) const;
  Status OnRequest(const LogRecord& record, DerivedBatch& batch, ViewTotals& totals);
  Status OnSignal(ViewTopic topic, const LogRecord& record, DerivedBatch& batch,
                  ViewTotals& totals);
  Status OnReceipt(const Receipt& receipt, DerivedBatch& batch, ViewTotals& totals);
  void OnVerdict(const Verdict& verdict, const LogRecord& record, DerivedBatch& batch);
  void OnControl(const LogRecord& record, DerivedBatch& batch, ViewTotals& totals);

  Status PruneDecisions(DerivedBatch& batch, ViewTotals& totals, int& left) const;
  Status PruneFacts(DerivedBatch& batch, ViewTotals& totals, int& left) const;
  Status PruneApprovals(DerivedBatch& batch, const ViewTotals& totals, int& left) const;

  const DerivedStore& store_;
  const ViewRetention retention_;
  SignalDecoder decoder_;
  DecodedSignal signal_;
};

}  // namespace evenkeel
