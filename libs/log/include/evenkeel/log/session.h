#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "evenkeel/base/status.h"
#include "evenkeel/log/record.h"

namespace evenkeel {

/// Names one request of a session; its completion carries it back. Never 0.
using RequestId = std::uint64_t;

/// Names one reader of a session. Readers and inputs are numbered apart.
using ReaderId = std::uint32_t;

/// The position of one input in one row.
struct InputPosition {
  std::uint32_t input = 0;  ///< Index into SessionOptions::inputs.
  Partition row = 0;
  Offset next = 0;  ///< The first offset not yet processed.
};

// ---------------------------------------------------------------------------------------------
// What Poll() reports besides records.

/// Rows this session owns from now on, whole: partition `row` of every input. Nothing is delivered
/// from a row until StartRow(). An assignment names rows that are new; others stay owned.
struct RowsAssigned {
  std::vector<Partition> rows;
};

/// Rows to give up. The owner may still commit; then it calls ReleaseRows(), and the group waits
/// for that. No record of these rows is delivered any more.
struct RowsRevoked {
  std::vector<Partition> rows;
};

/// Rows that another may own already. Nothing of them may be committed. ReleaseRows() as above.
struct RowsLost {
  std::vector<Partition> rows;
};

/// StartRow() took effect, or failed (then the session must be replaced).
struct RowStarted {
  Partition row = 0;
  Status status;
};

/// All records of this input below `offset` have been delivered and none follow yet. Reported again
/// whenever the end is reached again. May stand above the last record + 1 (trailing markers).
struct InputAtEnd {
  std::uint32_t input = 0;
  Partition row = 0;
  Offset offset = 0;
};

/// The same for a reader.
struct ReaderAtEnd {
  ReaderId reader = 0;
  Offset offset = 0;
};

/// A reader cannot go on. kOutOfRange: its position is below the log's start or above its end.
struct ReaderFailed {
  ReaderId reader = 0;
  Status status;
};

/// An input cannot go on from where StartRow() put it: kOutOfRange, the log no longer holds that
/// offset (`log_start` is where it begins now). Delivery of the whole row stops.
struct InputFailed {
  std::uint32_t input = 0;
  Partition row = 0;
  Offset position = 0;
  Offset log_start = 0;
  Status status;
};

/// Answer to Init().
struct InitDone {
  RequestId request = 0;
  Status status;
};

enum class CommitOutcome : std::uint8_t {
  kAcknowledged,  ///< Everything of the transaction is in the log, once.
  kAborted,       ///< Nothing of it is visible or ever will be. The session goes on.
  kUnknown,       ///< Either may be true. The session is dead: destroy it, restore from the log.
  kFenced,        ///< Another owner took over (or our own timeout made it look so). As kUnknown.
};

/// Where a produced record landed: the last one of the transaction in its partition.
struct LastProduced {
  TopicPartition where;
  Offset offset = 0;
  /// Of all of them, in the order they were produced; only if SessionOptions::reports_offsets.
  /// Other writers' records may lie between.
  std::vector<Offset> offsets = {};
};

/// Answer to Commit() and Abort().
struct TransactionDone {
  RequestId request = 0;
  CommitOutcome outcome = CommitOutcome::kUnknown;
  Status status;                            ///< Why, when not acknowledged as asked.
  std::vector<LastProduced> last_produced;  ///< Only when acknowledged.
};

/// Answer to QueryCommitted(): per input of the session, nothing where no offset was committed.
struct CommittedDone {
  RequestId request = 0;
  Partition row = 0;
  Status status;
  std::vector<std::optional<Offset>> next;
};

/// Answer to QueryWatermarks(). `high` counts what is not committed yet (read-uncommitted).
struct WatermarksDone {
  RequestId request = 0;
  Status status;
  Offset low = 0;
  Offset high = 0;
};

/// The log is not to be reached (once per outage), or is again (`status` is OK).
struct Connectivity {
  Status status;
};

/// The session cannot go on (fenced, expelled, fatal error of the client). Destroy it.
struct SessionFailed {
  CommitOutcome outcome = CommitOutcome::kUnknown;  ///< kUnknown or kFenced.
  Status status;
};

using LogEvent = std::variant<RowsAssigned, RowsRevoked, RowsLost, RowStarted, InputAtEnd,
                              ReaderAtEnd, ReaderFailed, InputFailed, InitDone, TransactionDone,
                              CommittedDone, WatermarksDone, Connectivity, SessionFailed>;

/// What one Poll() brought. Within a partition records are in offset order. An event and a record
/// of the same Poll() carry no order between them: compare offsets.
struct LogPoll {
  std::vector<LogRecord> records;         ///< Of inputs; `stream` is the input.
  std::vector<LogRecord> reader_records;  ///< Of readers; `stream` is the ReaderId.
  std::vector<LogEvent> events;

  bool empty() const { return records.empty() && reader_records.empty() && events.empty(); }
  void clear() {
    records.clear();
    reader_records.clear();
    events.clear();
  }
};

enum class ProduceResult : std::uint8_t {
  kAccepted,
  kFull,  ///< The client's queue is full: poll, and try the same record again.
  /// Can never be sent (too large, no such topic or partition). Abort: a Commit() of this
  /// transaction is answered with kAborted.
  kRefused,
};

// ---------------------------------------------------------------------------------------------

/// Membership in a group that shares the rows out.
struct GroupMembership {
  std::string group;
  std::string instance_id;  ///< Static membership: stable over restarts.
  /// Its partitions are what the group assigns: row p belongs to the owner of its partition p.
  std::string lead_topic;
  std::chrono::milliseconds session_timeout{15000};
  /// Where programs find this member, for DescribeGroup(): text without '@'; may be empty.
  std::string address;
};

struct SessionOptions {
  /// Stable over restarts. A session opened later under the same id fences the earlier one.
  std::string transactional_id;
  /// Topics whose partition p makes up row p, all with the same partition count. Index = input.
  std::vector<std::string> inputs;
  /// Without a membership the session owns no rows and offsets are kept under `offsets_group`.
  std::optional<GroupMembership> membership;
  std::string offsets_group;  ///< Used only without a membership.
  std::chrono::milliseconds transaction_timeout{10000};
  bool reports_offsets = false;  ///< LastProduced::offsets is filled.
};

/// One worker's connection to the log: its rows, its transactions, its readers.
///
/// **It never blocks** (Wait() apart): whatever the log must be asked is a request whose answer
/// Poll() brings. Between Begin() and its TransactionDone there is one transaction; produced
/// records and committed offsets become visible together or not at all.
///
/// A member session (one with a membership) fences: Commit() fails with kAborted or kFenced once
/// another owns any of the rows it names. That is why every transaction names at least one
/// position of every row it touches, even if it read nothing (timers).
///
/// Destroying a session gives nothing up in an orderly way: an open transaction is left to be
/// aborted, as after a crash. Call Leave() first for an orderly end.
///
/// Thread-safety: one thread, the worker's.
class LogSession {
 public:
  LogSession() = default;
  LogSession(const LogSession&) = delete;
  LogSession& operator=(const LogSession&) = delete;
  virtual ~LogSession() = default;

  /// Appends at most `max_records` records, and all events there are, to `out`.
  virtual void Poll(std::size_t max_records, LogPoll& out) = 0;

  /// Returns when Poll() may have something, or after `max`. The only call that waits; the thread
  /// that drives the worker makes it, the worker never does. Spurious returns are legal.
  virtual void Wait(std::chrono::milliseconds max) = 0;

  // --- transactions ---

  /// Takes over `transactional_id`: fences an older owner and has its open transaction aborted.
  /// First call of a session; rows are assigned only after it succeeded. Retries by itself while
  /// the log is unreachable. Answer: InitDone.
  virtual RequestId Init() = 0;

  /// Opens a transaction and remembers the membership generation it belongs to.
  /// REQUIRES: InitDone OK; none open.
  virtual void Begin() = 0;

  /// Adds a record. REQUIRES: a transaction is open and neither Commit() nor Abort() was called.
  virtual ProduceResult Produce(const OutRecord& record) = 0;

  /// Commits what was produced together with `positions`. Answer: TransactionDone.
  /// REQUIRES: a transaction is open; with a membership, `positions` is not empty.
  virtual RequestId Commit(std::span<const InputPosition> positions) = 0;

  /// Answer: TransactionDone with kAborted, or kUnknown/kFenced. REQUIRES: a transaction is open.
  virtual RequestId Abort() = 0;

  // --- rows ---

  /// Begins delivery of `row` at `next[input]` for every input, or begins again there (after an
  /// abort). No record of an earlier start and none below `next` is delivered afterwards, and no
  /// input of the row is paused. Answer: RowStarted. REQUIRES: the row is owned as far as the
  /// events read so far tell (if its revocation waits among the others, nothing happens, here and
  /// below); `next.size()` is the number of inputs.
  virtual void StartRow(Partition row, std::span<const Offset> next) = 0;

  /// Holds back and lets go on one input of a started row. What is already under way may still be
  /// delivered after PauseInput(). Idempotent.
  virtual void PauseInput(std::uint32_t input, Partition row) = 0;
  virtual void ResumeInput(std::uint32_t input, Partition row) = 0;

  /// Answer to RowsRevoked and RowsLost, once nothing of those rows is in use. A revocation or loss
  /// names rows that stay unowned afterwards, until assigned again.
  virtual void ReleaseRows() = 0;

  /// Gives up all rows in an orderly way; the session is of no use afterwards. Static members
  /// keep their place in the group until the session timeout. REQUIRES: no transaction open.
  virtual void Leave() = 0;

  /// Where the input ends as last heard of while reading it; nothing before. Costs nothing; may
  /// count what readers never see (trailing markers, records of transactions that are open).
  /// REQUIRES: as StartRow().
  virtual std::optional<Offset> KnownEnd(std::uint32_t input, Partition row) const = 0;

  // --- restore ---

  /// The committed positions of `row`, once no transaction is pending on them. Retries while the
  /// log is unreachable. Answer: CommittedDone.
  virtual RequestId QueryCommitted(Partition row) = 0;

  /// Answer: WatermarksDone.
  virtual RequestId QueryWatermarks(const TopicPartition& where) = 0;

  /// Reads committed records of one partition from `from` on, outside the group, until closed.
  /// Delivery: LogPoll::reader_records, ReaderAtEnd, ReaderFailed.
  virtual ReaderId OpenReader(const TopicPartition& where, Offset from) = 0;
  virtual void CloseReader(ReaderId reader) = 0;
};

}  // namespace evenkeel
