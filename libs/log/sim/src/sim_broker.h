#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sim_group.h"
#include "sim_partition.h"
#include "sim_transactions.h"

#include "evenkeel/base/result.h"
#include "evenkeel/base/status.h"
#include "evenkeel/base/time.h"
#include "evenkeel/log/cluster.h"
#include "evenkeel/log/sim_log.h"
#include "evenkeel/log/specs.h"

namespace evenkeel {

/// All that survives a session: topics, transactions, groups and the clock.
class SimBroker {
 public:
  struct Topic {
    TopicSpec spec;
    std::vector<SimPartition> partitions;
  };

  explicit SimBroker(SimLogOptions options);
  SimBroker(const SimBroker&) = delete;
  SimBroker& operator=(const SimBroker&) = delete;

  const SimLogOptions& options() const { return options_; }
  TimeMs now() const { return now_; }
  void AdvanceTime(std::chrono::milliseconds by);

  Status CreateTopic(const TopicSpec& spec);
  const Topic* FindTopic(const std::string& name) const;
  /// Null if there is no such topic or partition.
  SimPartition* FindPartition(const TopicPartition& where);
  const SimPartition* FindPartition(const TopicPartition& where) const;
  void Compact(const std::string& topic);

  /// The group of this name; an empty one if there was none.
  SimGroup& Group(const std::string& name);

  SimTransactions& transactions() { return transactions_; }

  /// Appends to the open transaction of `who`. REQUIRES: it is current, the partition exists.
  Offset Append(const ProducerIdentity& who, const TopicPartition& where,
                std::shared_ptr<const StoredRecord> record);

 private:
  void WriteEnd(ProducerId producer, const SimTransactions::Touched& touched, bool commit);
  void ApplyRetention();

  const SimLogOptions options_;
  TimeMs now_;
  std::map<std::string, Topic> topics_;
  std::map<std::string, SimGroup> groups_;
  SimTransactions transactions_;
};

}  // namespace evenkeel
