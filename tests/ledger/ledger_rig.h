#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ledger/ledger_oracle.h"
#include "ledger/ledger_processor.h"

#include "evenkeel/engine/worker.h"
#include "evenkeel/log/cluster.h"

namespace evenkeel::testing {

/// The names and sizes of a ledger deployment.
struct LedgerPlan {
  std::string prefix = "ledger.";
  Partition rows = 2;
  ClockOptions clock;
  TimestampType timestamps = TimestampType::kLogAppendTime;
  bool has_ticks = false;
  int globals = 0;

  std::string topic(const std::string& name) const { return prefix + name; }
  LedgerTopics topics() const { return {.out = topic("out"), .transfers = topic("transfers")}; }
  /// In the order of the inputs: commands, transfers, receipts, and ticks if there are any.
  std::vector<InputOptions> inputs() const;
};

/// Takes effects and remembers; answers when told to. "KEY ID" is answered "KEY ID AMOUNT".
class LedgerSink final : public EffectSink {
 public:
  void Execute(Partition row, std::vector<Effect> effects) override;
  void Forget(Partition row) override;

  struct Pending {
    Partition row;
    Effect effect;
  };
  std::vector<Pending> pending;
  std::map<std::string, int> handed_out;  ///< By id.
};

/// The log of one ledger deployment: makes topics, writes inputs, reads everything back.
class LedgerLog {
 public:
  /// `idle` lets the log make progress (virtual time, or a short wait).
  LedgerLog(LogCluster& cluster, LedgerPlan plan, std::function<void()> idle);
  ~LedgerLog();

  Status CreateTopics();
  /// Instead of CreateTopics(), when they exist.
  Status Attach();

  struct Line {
    std::string topic;
    Partition partition = 0;
    std::optional<std::string> key;
    std::optional<std::string> value;
    std::optional<TimeMs> timestamp;
  };
  /// One transaction.
  Status Write(const std::vector<Line>& lines);

  /// Everything committed in a partition, in order.
  Result<std::vector<StoredLine>> Read(const TopicPartition& where);

  Result<RowHistory> History(Partition row);

  /// Runs the oracle over every row and compares its outputs with the topics. Returns the oracles,
  /// by row.
  Result<std::vector<LedgerOracle>> Check();

  const LedgerPlan& plan() const { return plan_; }
  std::string cluster_id() const { return cluster_id_; }

 private:
  Status Open();

  LogCluster& cluster_;
  LedgerPlan plan_;
  std::function<void()> idle_;
  std::string cluster_id_;
  std::unique_ptr<LogSession> session_;
  LogPoll poll_;
};

/// "KEY ID" with an amount that depends on the effect alone: what the ledger's targets answer.
std::string AnswerTo(const Effect& effect);

/// Commands of every kind for `keys` accounts, `count` in all, drawn from `seed`. Timestamps rise
/// by up to `step_ms` from `start` if given (event clock).
struct Workload {
  std::uint32_t seed = 1;
  int count = 200;
  int keys = 12;
  bool sends = true;
  bool calls = true;
  std::optional<TimeMs> start;
  int step_ms = 400;
  bool broken_clocks = false;  ///< Some timestamps that no clock can have had.
};
std::vector<LedgerLog::Line> MakeCommands(const Workload& workload, Partition rows);

/// Options of a worker that suit a test; change what the test is about.
WorkerOptions LedgerOptions(const LedgerPlan& plan, const std::string& cluster_id,
                            const std::string& worker, const std::string& directory);

LedgerOracle::Options OracleOptions(const LedgerPlan& plan, Partition row,
                                    const WorkerOptions& options);

/// SHA-256 over the states in a row's changelog, as TaskStore::StateDigest() computes it.
Result<std::string> ChangelogDigest(LedgerLog& log, Partition row);

}  // namespace evenkeel::testing
