#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "ledger/ledger_logic.h"

#include "evenkeel/base/result.h"
#include "evenkeel/model/commit_record.h"

namespace evenkeel::testing {

/// A record that lies in a topic, committed.
struct StoredLine {
  Offset offset = 0;
  TimeMs timestamp;
  std::optional<std::string> key;
  std::optional<std::string> value;
  std::vector<std::pair<std::string, std::string>> headers;
};

/// What happened to one row, as anybody can read it from the topics.
struct RowHistory {
  std::map<std::string, std::vector<StoredLine>> inputs;  ///< By topic.
  std::vector<CommitRecord> journal;                      ///< In order.
};

/// Computes from inputs and journal what a ledger must have done: slowly, one record after the
/// other, with nothing of the engine in it.
class LedgerOracle {
 public:
  struct Options {
    LedgerTopics topics;
    Partition row = 0;
    Partition row_count = 1;
    bool event_clock = false;
    std::set<std::string> clock_inputs;  ///< Event clock: those that move it.
    std::string tick_input;              ///< Set: `to_tick`.
    std::size_t state_bytes_max = 0;
    std::size_t output_bytes_max = 0;
    std::uint32_t timers_per_slice = 0;
  };

  explicit LedgerOracle(Options options) : options_(std::move(options)), logic_(options_.topics) {}

  /// Goes through the history. An error says which commit record does not agree, and in what.
  Status Run(const RowHistory& history);

  /// One line per output in order: "TOPIC/PARTITION KEY=VALUE".
  const std::vector<std::string>& outputs() const { return outputs_; }
  /// States as they must be stored.
  std::map<std::string, std::string> States() const;
  /// Effects that were handed out and have no result yet.
  std::size_t open_calls() const;
  /// SHA-256 of States(), as TaskStore::StateDigest() computes it.
  std::string StateDigest() const;

 private:
  friend class OracleWorld;

  Status RunTransaction(const RowHistory& history, const CommitRecord& commit);
  Status RunSlice(const RowHistory& history, const SliceRecord& slice);
  Status RunTimers(const SliceRecord& slice);
  Status RunRecords(const RowHistory& history, const SliceRecord& slice);
  Status RunRecord(const std::string& topic, const StoredLine& line);
  std::optional<TimerPosition> FirstTimer() const;
  std::string DigestOfTransaction(const std::string& before) const;

  Options options_;
  LedgerLogic logic_;
  TimeMs clock_{0};
  TimeMs last_tick_{0};
  std::map<std::string, LedgerState> states_;
  std::map<std::string, Offset> next_;
  std::uint64_t chain_sequence_ = 0;
  std::string chain_head_;
  std::string digest_;
  std::uint64_t sequence_ = 0;
  bool has_layout_ = false;

  // Of the transaction in hand.
  struct Out {
    std::string topic;
    Partition partition;
    std::optional<std::string> key;
    std::optional<std::string> value;
  };
  std::vector<Out> transaction_outputs_;
  std::set<std::string> dirty_;
  std::set<std::string> stored_before_;
  std::uint64_t records_in_ = 0;
  std::uint64_t dead_letters_ = 0;

  std::vector<std::string> outputs_;
};

}  // namespace evenkeel::testing
