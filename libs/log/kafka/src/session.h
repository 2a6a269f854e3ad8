#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core.h"
#include "member.h"
#include "producer.h"
#include "readers.h"

#include "evenkeel/log/kafka_log.h"
#include "evenkeel/log/session.h"

namespace evenkeel::kafka {

/// LogSession on librdkafka. The worker's thread makes calls that do not block; all others go to
/// the control thread, whose answers come back through the mailbox.
class Session final : public LogSession {
 public:
  Session(std::shared_ptr<const ClusterShared> cluster, SessionOptions options);
  ~Session() override;

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

  const KafkaSessionStats& stats() const { return core_.stats; }

 private:
  enum class Transaction : std::uint8_t { kNone, kOpen, kEnding };

  Result<Readers*> FeedFor(const TopicPartition& where);
  bool PollFeeds(std::size_t max, LogPoll& out);
  void Flush();
  void AskAboutTopic();
  void LookIntoOutage();
  void ReportDown();
  void CheckHung();
  void CheckProducer();
  void Joined(RequestId request, Status status, const std::shared_ptr<Client>& member,
              const std::shared_ptr<Client>& reader);
  RequestId End(std::function<Producer::Ended(ControlWatch&)> how);
  void Ended(RequestId request, Producer::Ended ended);
  void Ready(const Status& status);
  void Die(CommitOutcome outcome, Status why);

  const SessionOptions options_;
  Core core_;
  std::shared_ptr<Producer> producer_;
  std::unique_ptr<Member> member_;
  std::vector<std::unique_ptr<Readers>> readers_;  // Mostly one.

  RequestId last_request_ = 0;
  ReaderId last_reader_ = 0;
  bool initialized_ = false;
  bool holding_ = false;  // The producer is ours (see Producer), not the control thread's.
  std::vector<std::pair<std::string, Result<Partition>>> answers_;  // Kept until we hold it.
  Transaction transaction_ = Transaction::kNone;
  std::shared_ptr<rd_kafka_consumer_group_metadata_t> group_;  // Of the open transaction.
  bool dead_ = false;
  bool left_ = false;
  bool drained_ = false;  // The last Poll() left nothing.
  bool down_ = false;     // Reported.
  bool readers_first_ = false;
};

}  // namespace evenkeel::kafka
