#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core.h"
#include "outputs.h"

namespace evenkeel::kafka {

/// The transactional producer of a session, through all the clients it goes through.
///
/// It has one holder at a time. The worker holds it while it fills a transaction; with Commit() or
/// Abort() the control thread holds it until it is ready for the next. So it needs no lock, and
/// delivery reports come on the holder's thread.
///
/// A request to end a transaction that was delayed on the way (a retry after a lost connection) can
/// hit a *later* transaction of the same epoch. So after any trouble, and after every abort, the
/// client is replaced and initialised, which raises the epoch and fences what is still under way.
class Producer final : public ClientEvents {
 public:
  Producer(std::shared_ptr<const ClusterShared> cluster, const SessionOptions& session,
           std::shared_ptr<Mailbox> mailbox, std::shared_ptr<Outage> outage);
  ~Producer() override;

  struct Ended {
    CommitOutcome outcome = CommitOutcome::kUnknown;
    Status status;
    std::vector<LastProduced> last_produced;
  };

  // --- the holder ---

  /// Opens the transaction at the broker's side, if that is still to do.
  Status Begin();
  ProduceResult Produce(const OutRecord& record);
  /// Serves delivery reports and errors.
  void Serve();
  /// A topic that Produce() asked about, to be told by Know(); empty if none.
  std::string TakeQuestion();
  void Know(const std::string& topic, const Result<Partition>& partitions);
  /// The error after which this client is of no use.
  std::optional<Status> fatal() const { return fatal_; }
  const std::shared_ptr<Client>& client() const { return client_; }

  // --- the control thread, when it is the holder ---

  /// `offsets` may be null. Ends the transaction one way or another.
  Ended Commit(ControlWatch& watch, const rd_kafka_topic_partition_list_t* offsets,
               const rd_kafka_consumer_group_metadata_t* group);
  Ended Abort(ControlWatch& watch);

  /// True if something happened in the last transaction that may still have requests under way.
  bool NeedsRenewal() const { return suspicious_; }
  /// One attempt at a new client that owns the transactional id. Nothing: not yet, try again.
  std::optional<Status> Renew(ControlWatch& watch);

  void OnError(rd_kafka_resp_err_t error, std::string_view reason) override;
  void OnDelivery(const rd_kafka_message_t& message) override;

 private:
  enum class Step : std::uint8_t { kDone, kAbort, kFatal, kGaveUp };
  using Call = std::function<rd_kafka_error_t*()>;

  Step Drive(ControlWatch& watch, const char* name, const Call& call,
             std::chrono::milliseconds patience, Status& why);
  Ended Acknowledge(std::chrono::milliseconds took);
  Ended AbortBecause(ControlWatch& watch, Status why);
  Ended Dead(Status why) const;
  bool NeverOpened(Step step) const;
  void EndTransaction();
  void DropClient(ControlWatch& watch);
  void OpenTopics(ControlWatch& watch);
  bool TopicReady(const OutRecord& record, OutputTopic*& topic, ProduceResult& otherwise);
  ProduceResult Refuse(Status why);

  const std::shared_ptr<const ClusterShared> cluster_;
  const SessionOptions session_;
  const std::shared_ptr<Mailbox> mailbox_;
  const std::shared_ptr<Outage> outage_;

  std::shared_ptr<Client> client_;
  bool initialized_ = false;
  OutputTopics topics_;
  std::string question_;
  std::vector<rd_kafka_vu_t> arguments_;

  bool begun_ = false;
  bool has_requests_ = false;  // The brokers may know of the transaction.
  bool committing_ = false;    // A commit was asked for: it may happen.
  bool all_brokers_down_ = false;
  std::uint64_t transaction_ = 0;
  std::vector<OutputPartition*> written_;
  Status failure_;  // Why this transaction cannot be committed.
  bool suspicious_ = false;
  std::optional<Status> fatal_;
};

}  // namespace evenkeel::kafka
