#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "console/view_applier.h"
#include "console/view_rows.h"

#include "evenkeel/base/result.h"
#include "evenkeel/codec/signal_decoder.h"
#include "evenkeel/log/record.h"
#include "evenkeel/model/clock_mode.h"
#include "evenkeel/state/derived_store.h"
#include "evenkeel/v1/decision_service.pb.h"

namespace evenkeel {

/// A topic that the view is made of.
struct ViewSource {
  std::string topic;
  ViewTopic kind = ViewTopic::kTicks;
  Partition partitions = 1;
};

/// What the view had taken at one moment.
struct ViewSnapshot {
  ViewTotals totals;
  std::map<TopicPartition, Offset> next;  ///< First offsets not taken.
  /// Event clock: the latest time that ticks and deciders wrote, by partition.
  std::map<Partition, std::int64_t> clocks;

  /// The lowest of `clocks`; nothing before there is one.
  std::optional<std::int64_t> StreamTime() const;
};

/// One record of a source, or its end, as a feed hands it over.
struct ViewInput {
  std::size_t source = 0;
  const LogRecord* record = nullptr;  ///< Null: all records below `end` were handed over.
  Partition partition = 0;
  Offset end = 0;
};

/// The console's view: rows, positions and counts, which change together.
///
/// Thread-safety: Take() and Begin() from one thread, all else from any.
class Views {
 public:
  struct Options {
    std::string directory;
    std::string identity;  ///< Deployment and log: of another, the rows are thrown away.
    std::vector<ViewSource> sources;
    ViewRetention retention;
    SignalDecoderOptions decoder;
  };

  static Result<std::unique_ptr<Views>> Open(const StoreResources& resources, Options options);

  const std::vector<ViewSource>& sources() const { return options_.sources; }
  const DerivedStore& store() const { return *store_; }

  // --- the feed's side ---

  /// Takes what a poll brought: all of it, or nothing and an error.
  Status Take(const std::vector<ViewInput>& inputs);
  /// Throws all rows away and begins at the beginning of the log.
  Status Restart();
  void OnEnd(const TopicPartition& where, Offset high);
  Status Flush() { return store_->Flush(); }

  // --- the readers' side ---

  ViewSnapshot Snapshot() const;
  std::optional<Offset> Position(const TopicPartition& where) const;
  v1::ViewLag Lag() const;

  /// Waits until everything of `where` below `offset` was taken. False: not before `deadline`.
  bool WaitFor(const TopicPartition& where, Offset offset,
               std::chrono::steady_clock::time_point deadline) const;

 private:
  explicit Views(Options options);
  Status ReadState();
  Status Write(const DerivedBatch& batch, ViewSnapshot next);
  Status Forget(ViewSnapshot& state);

  const Options options_;
  std::unique_ptr<DerivedStore> store_;
  std::unique_ptr<ViewApplier> applier_;
  mutable std::mutex mutex_;
  mutable std::condition_variable moved_;
  ViewSnapshot state_;                     // Guarded by mutex_.
  std::map<TopicPartition, Offset> ends_;  // Guarded by mutex_.
};

}  // namespace evenkeel
