#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "sim_partition.h"

#include "evenkeel/base/time.h"
#include "evenkeel/log/record.h"

namespace evenkeel {

/// What a transactional producer shows with everything it sends.
struct ProducerIdentity {
  std::string transactional_id;
  ProducerId id = 0;
  std::int32_t epoch = -1;
};

/// The transaction coordinator: who owns a transactional id, and what its transaction touches.
class SimTransactions {
 public:
  /// What a transaction touched, for those who write its end.
  struct Touched {
    std::set<TopicPartition> partitions;
    std::set<std::string> groups;
  };
  using WriteEnd = std::function<void(ProducerId, const Touched&, bool commit)>;

  explicit SimTransactions(WriteEnd write_end) : write_end_(std::move(write_end)) {}

  /// Takes the transactional id over; an open transaction of an earlier owner is aborted.
  ProducerIdentity Init(const std::string& transactional_id, std::chrono::milliseconds timeout);

  /// False: another took the id over, or the transaction ran out of time.
  bool IsCurrent(const ProducerIdentity& who) const;

  /// REQUIRES: IsCurrent(who), for these three.
  void AddPartition(const ProducerIdentity& who, const TopicPartition& where, TimeMs now);
  void AddGroup(const ProducerIdentity& who, const std::string& group, TimeMs now);
  void End(const ProducerIdentity& who, bool commit);

  /// Aborts transactions that are open for too long, and fences their owners.
  void Tick(TimeMs now);

 private:
  struct Producer {
    ProducerId id = 0;
    std::int32_t epoch = -1;
    std::chrono::milliseconds timeout{0};
    bool open = false;
    TimeMs opened;
    Touched touched;
  };

  Producer& Open(const ProducerIdentity& who, TimeMs now);
  void End(Producer& producer, bool commit);

  WriteEnd write_end_;
  std::map<std::string, Producer> producers_;
};

}  // namespace evenkeel
