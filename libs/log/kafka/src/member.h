#pragma once

#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "feed.h"

namespace evenkeel::kafka {

/// Membership in the group, and the inputs of the rows it assigns.
///
/// Only the lead topic is subscribed; for each of its partitions p, partition p of every input is
/// assigned, paused until the row is started. A revocation is answered when the rows are released.
class Member final : public Feed {
 public:
  Member(Core& core, std::shared_ptr<Client> client, std::vector<std::string> inputs,
         std::string lead_topic);

  Status Subscribe();

  void StartRow(Partition row, std::span<const Offset> next);
  void PauseInput(std::uint32_t input, Partition row);
  void ResumeInput(std::uint32_t input, Partition row);
  void ReleaseRows();

  std::optional<Offset> KnownEnd(std::uint32_t input, Partition row) const;

  /// The generation that transactions begun now belong to.
  GroupMetadataPtr GroupMetadata() const;

  /// Drops what refers to the client, before the client goes.
  void Forget();

  void OnRebalance(rd_kafka_resp_err_t error,
                   const rd_kafka_topic_partition_list_t& partitions) override;

 protected:
  std::optional<Target> FindTarget(const rd_kafka_message_t& message) override;
  DeliveryGate* FindGate(std::uint64_t key) override;
  void OnSought(const std::vector<Start>& starts) override;
  void OnEnd(const Target& target, Offset offset) override;
  void OnFailed(const Target& target, const rd_kafka_message_t& message,
                const Status& status) override;
  void OnFatal(rd_kafka_resp_err_t error, std::string_view reason) override;

 private:
  struct Input {
    DeliveryGate gate;
    bool paused = false;  // By PauseInput().
  };
  struct Row {
    std::vector<Input> inputs;
    std::uint64_t first_start = 0;  // Of the StartRow() not answered yet; 0: none.
    std::uint64_t last_start = 0;
    bool failed = false;  // librdkafka gave up on one of its partitions.
  };

  std::uint64_t KeyOf(std::uint32_t input, Partition row) const;
  /// nullptr if it was revoked and the caller may not know yet.
  Row* FindRow(Partition row);
  void Assign(const rd_kafka_topic_partition_list_t& partitions);
  void Revoke(bool lost);
  void PostAssign(std::vector<TopicPartition> partitions);
  void Revive();
  void StartAgain(Partition row, Row& state);
  void AnswerStart(Partition row, Row& state, Status status);
  void ReportFailure(std::uint32_t input, Partition row, Offset position, const Status& status);

  const std::vector<std::string> inputs_;
  const std::string lead_topic_;
  std::vector<TopicPtr> topics_;  // By input.
  std::unordered_map<Partition, Row> rows_;
  bool to_release_ = false;
};

}  // namespace evenkeel::kafka
