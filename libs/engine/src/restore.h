#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "requests.h"
#include "task.h"

#include "evenkeel/engine/worker_options.h"
#include "evenkeel/log/session.h"
#include "evenkeel/state/store_resources.h"
#include "evenkeel/state/task_store.h"

namespace evenkeel {

/// Brings one row to the state of its last committed transaction, in this order:
///
///   committed offsets   wait until no earlier owner's transaction is pending
///   high watermark      of the changelog, read-uncommitted: markers may still be missing
///   the store           checked; wiped if damaged or stale, set aside if it belongs elsewhere
///   the changelog       from where the store ends to at least the watermark
///   the commit record   says where to go on; it must agree with the group that there is one
///
/// Nothing waits inside; answers come through the On…() calls.
class Restore {
 public:
  struct Plan {
    bool wipes_store = false;                  ///< It reported an error.
    std::optional<std::uint32_t> gap_input{};  ///< Its next offset was gone: look before opening.
  };

  Restore(const TaskEnvironment& environment, const StoreResources& resources, Partition row,
          Plan plan);

  void Begin(LogSession& session, Requests& requests, Now now);
  /// Closes what is open in the session.
  void Cancel(LogSession& session);

  void OnCommitted(const CommittedDone& done, LogSession& session, Requests& requests, Now now);
  /// `input` as given to Requests, or kChangelog.
  void OnWatermarks(std::uint32_t input, const WatermarksDone& done, LogSession& session, Now now);
  void OnRecord(const LogRecord& record, Now now);
  void OnAtEnd(Offset end, LogSession& session, Requests& requests, Now now);
  void OnReaderFailed(const Status& status, LogSession& session);

  static constexpr std::uint32_t kChangelog = UINT32_MAX;

  std::optional<ReaderId> reader() const { return reader_; }
  bool done() const { return is_done_; }
  /// Why the row cannot be restored.
  const Status& status() const { return outcome_; }

  /// REQUIRES: done() and status().ok().
  RestoredTask Take();

 private:
  Status OpenStore(const WatermarksDone& changelog, Now now);
  Status CheckStore(const WatermarksDone& changelog, Now now);
  Status LearnLayouts();
  Status RebuildTimers(Now now);
  Status ApplyPending(Offset next, Now now);
  Status ApplyEntry(const std::string& key, const std::optional<std::string>& value,
                    StoreBatch& batch, StoreMeta& meta);
  Status UpdateTimers(const std::string& key, const std::optional<std::string>& value,
                      StoreBatch& batch);
  Status AppendTimers(std::string_view key, std::string_view value,
                      std::vector<TimerPosition>& timers);
  Status Conclude(LogSession& session, Requests& requests, Now now);
  void AskInputs(LogSession& session, Requests& requests, Now now);
  void OnInputWatermarks(std::uint32_t input, const WatermarksDone& done);
  Status CheckCommitRecord(const CommitRecord& record) const;
  void TakePositions(const CommitRecord& record);
  Status ApplyGaps();
  StoreMeta NewMeta(Offset next, Now now) const;
  void Finish(Status status);

  const TaskEnvironment& environment_;
  const StoreResources& resources_;
  const Partition row_;
  const Plan plan_;

  bool is_done_ = false;
  Status outcome_;
  std::optional<ReaderId> reader_;
  std::vector<std::optional<Offset>> group_next_;
  Offset high_ = 0;
  Offset reader_from_ = 0;
  std::map<std::string, std::optional<std::string>> pending_;  ///< Read, not yet in the store.
  std::size_t pending_bytes_ = 0;
  Offset pending_next_ = 0;
  std::vector<std::uint32_t> inputs_asked_;  ///< Whose watermarks are not known yet.
  RestoredTask task_;
};

/// "The task cannot go on: records are gone", with the command that accepts it.
Status GapStatus(const TopicPartition& where, Offset next, Offset log_start);

}  // namespace evenkeel
