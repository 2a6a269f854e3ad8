#pragma once

#include <memory>
#include <set>
#include <span>
#include <vector>

#include "client.h"
#include "control_thread.h"

#include "evenkeel/log/record.h"

namespace evenkeel::kafka {

/// A partition and the offset to begin at; `status` tells how the seek went.
struct Start {
  std::uint64_t key = 0;     ///< The feed's name for the partition.
  std::uint64_t number = 0;  ///< Which start this is.
  TopicPartition where;
  Offset offset = 0;
  Status status;
};

/// The blocking side of a consumer: which partitions it has, where they stand, which run.
///
/// Thread-safety: the control thread.
class Fetcher {
 public:
  explicit Fetcher(std::shared_ptr<Client> client) : client_(std::move(client)) {}

  /// Answers the group's assignment: these partitions and no others, all paused.
  Status Assign(ControlWatch& watch, std::span<const TopicPartition> partitions);
  void Unassign(ControlWatch& watch);

  /// Adds or takes away one partition of a consumer that is in no group. Added ones are paused.
  Status Add(ControlWatch& watch, const TopicPartition& where, Offset offset);
  void Remove(ControlWatch& watch, const TopicPartition& where);

  /// Pauses and positions; fills in each `status`. Nothing is fetched before Resume().
  void Seek(ControlWatch& watch, std::span<Start> starts);
  void Resume(ControlWatch& watch, std::span<const TopicPartition> partitions);
  void Pause(ControlWatch& watch, std::span<const TopicPartition> partitions);

  /// Ends an orderly membership.
  void Close(ControlWatch& watch);

  const std::shared_ptr<Client>& client() const { return client_; }

 private:
  PartitionListPtr SeekOnce(ControlWatch& watch, std::span<Start> starts);

  const std::shared_ptr<Client> client_;
  std::set<TopicPartition> running_;  // Resuming what is not paused would move its position.
};

}  // namespace evenkeel::kafka
