#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "sim_broker.h"
#include "sim_fetcher.h"
#include "stored_record.h"

#include "evenkeel/log/session.h"

namespace evenkeel {

/// The client's side of SimLog. Every request waits in a queue and reaches the broker in Poll(),
/// in order: the one place where a network would come between.
class SimSession final : public LogSession {
 public:
  SimSession(SimBroker& broker, SessionOptions options);

  void Poll(std::size_t max_records, LogPoll& out) override;
  void Wait(std::chrono::milliseconds max) override;
  RequestId Init() override;
  void Begin() override;
  ProduceResult Produce(const OutRecord& record) override;
  RequestId Commit(std::span<const InputPosition> positions) override;
  RequestId Abort() override;
  void StartRow(Partition row, std::span<const Offset> next) override;
  void PauseInput(std::uint32_t input, Partition row) override;
  void ResumeInput(std::uint32_t input, Partition row) override;
  void ReleaseRows() override;
  void Leave() override;
  std::optional<Offset> KnownEnd(std::uint32_t input, Partition row) const override;
  RequestId QueryCommitted(Partition row) override;
  RequestId QueryWatermarks(const TopicPartition& where) override;
  ReaderId OpenReader(const TopicPartition& where, Offset from) override;
  void CloseReader(ReaderId reader) override;

 private:
  struct InitRequest {};
  struct EndRequest {
    bool is_commit = false;
    std::map<TopicPartition, Offset> offsets;
    bool offsets_sent = false;
  };
  struct CommittedRequest {
    Partition row = 0;
  };
  struct WatermarksRequest {
    TopicPartition where;
  };
  struct Request {
    RequestId id = 0;
    std::variant<InitRequest, EndRequest, CommittedRequest, WatermarksRequest> what;
  };
  struct Unsent {
    TopicPartition where;
    std::shared_ptr<const StoredRecord> record;
  };
  enum class Membership : std::uint8_t {
    kOut,       // Has to join.
    kJoining,   // Waits for the group.
    kMember,    // Owns its rows.
    kReleasing  // The rows are to be released by the user.
  };

  RequestId Ask(decltype(Request::what) what);
  void SendProduced(LogPoll& out);
  void ServeRequests(LogPoll& out);
  /// False: not yet.
  bool Serve(RequestId id, InitRequest& request, LogPoll& out);
  bool Serve(RequestId id, EndRequest& request, LogPoll& out);
  bool Serve(RequestId id, CommittedRequest& request, LogPoll& out);
  bool Serve(RequestId id, WatermarksRequest& request, LogPoll& out);
  /// Nothing: the offsets are sent, the end follows with the next Poll(), as over a network.
  std::optional<TransactionDone> EndTransaction(EndRequest& request);
  TransactionDone WriteEnd(bool commit, Status status);
  Status SendOffsets(const std::map<TopicPartition, Offset>& offsets);

  void StepMembership(LogPoll& out);
  void Join(LogPoll& out);
  void TakeAssignment(LogPoll& out);
  void GiveUpRows(bool is_lost, LogPoll& out);
  void Die(CommitOutcome outcome, Status status, LogPoll& out);
  const std::string& OffsetsGroup() const;
  Status TakenOver() const;

  SimBroker& broker_;
  const SessionOptions options_;
  SimFetcher fetcher_;

  RequestId last_request_ = 0;
  std::deque<Request> requests_;
  std::vector<LogEvent> ready_;  // Events that wait for Poll().

  ProducerIdentity identity_;
  bool is_ready_ = false;  // Init() succeeded.
  bool in_transaction_ = false;
  bool is_ending_ = false;
  bool is_doomed_ = false;  // A record was refused: the transaction must not commit.
  GroupPlace transaction_place_;
  std::vector<Unsent> unsent_;
  std::map<TopicPartition, std::vector<Offset>> produced_;

  Membership membership_ = Membership::kOut;
  GroupPlace place_;
  std::set<Partition> rows_;
  bool has_left_ = false;
  std::optional<SessionFailed> failure_;
};

}  // namespace evenkeel
