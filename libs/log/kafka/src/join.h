#pragma once

#include <memory>
#include <optional>

#include "core.h"
#include "producer.h"

namespace evenkeel::kafka {

/// A consumer for readers and for questions about committed offsets.
Result<std::shared_ptr<Client>> NewReader(const ClusterShared& cluster,
                                          const SessionOptions& session,
                                          std::shared_ptr<Mailbox> mailbox);

/// The start of a session: takes the transactional id over, checks the topics, finds the group's
/// coordinator, makes the consumers. Waits for the brokers.
///
/// Thread-safety: the control thread.
class Join {
 public:
  Join(std::shared_ptr<const ClusterShared> cluster, SessionOptions session,
       std::shared_ptr<Producer> producer, std::shared_ptr<Mailbox> mailbox,
       std::shared_ptr<Outage> outage);

  /// One attempt to get on. Nothing: not there yet.
  std::optional<Status> Try(ControlWatch& watch);

  const std::shared_ptr<Client>& reader() const { return reader_; }
  /// nullptr without a membership.
  const std::shared_ptr<Client>& member() const { return member_; }

 private:
  std::optional<Status> CheckTopics(ControlWatch& watch);
  std::optional<Status> FindGroup(ControlWatch& watch);
  Status MakeConsumers();

  const std::shared_ptr<const ClusterShared> cluster_;
  const SessionOptions session_;
  const std::shared_ptr<Producer> producer_;
  const std::shared_ptr<Mailbox> mailbox_;
  const std::shared_ptr<Outage> outage_;

  bool owns_id_ = false;
  std::size_t checked_ = 0;  // Topics.
  int missing_ = 0;          // Answers that the next topic does not exist.
  std::optional<Partition> partitions_;
  std::shared_ptr<Client> reader_;
  std::shared_ptr<Client> member_;
};

}  // namespace evenkeel::kafka
