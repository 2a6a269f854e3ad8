#pragma once

#include <map>
#include <random>
#include <string>
#include <vector>

#include "log_driver.h"

namespace evenkeel::testing {

/// A member that copies partition p of its input to partition p of its output, exactly once, as an
/// engine would: restores positions, commits them with what it wrote, gives rows up when told, and
/// now and then aborts.
class Copier {
 public:
  struct Plan {
    std::string instance_id;
    std::string transactional_id;
    std::string group;
    std::string input;
    std::string output;
    std::string lead_topic;
    std::chrono::milliseconds session_timeout{6000};
    /// One transaction in so many is aborted on purpose. 0: none.
    unsigned abort_one_in = 0;
  };

  Copier(LogCluster& cluster, Plan plan, std::uint32_t seed);

  /// One poll and what follows from it. Does not wait.
  void Step();

  std::size_t rows() const { return rows_.size(); }
  bool is_dead() const { return is_dead_; }
  int aborts() const { return aborts_; }
  LogSession& session() { return *session_; }

 private:
  struct Row {
    bool is_started = false;
    Offset next = 0;
    RequestId asked = 0;
  };

  void On(const InitDone& done);
  void On(const RowsAssigned& assigned);
  void On(const RowsRevoked& revoked);
  void On(const RowsLost& lost);
  void On(const CommittedDone& done);
  void On(const TransactionDone& done);
  void On(const SessionFailed&) { is_dead_ = true; }
  template <typename Event>
  void On(const Event&) {}

  void Restore(Partition row);
  void Copy(const LogRecord& record);
  void EndTransaction();
  void GiveUp(const std::vector<Partition>& rows);

  std::unique_ptr<LogSession> session_;
  const Plan plan_;
  std::mt19937 rng_;
  LogPoll poll_;
  std::map<Partition, Row> rows_;
  enum class Transaction : std::uint8_t { kNone, kOpen, kEnding };
  Transaction transaction_ = Transaction::kNone;
  bool must_abort_ = false;  // Of rows that were lost meanwhile.
  bool has_to_release_ = false;
  bool is_dead_ = false;
  int aborts_ = 0;
  std::vector<LogEvent> events_;  // Came while a full queue was waited out.
};

}  // namespace evenkeel::testing
