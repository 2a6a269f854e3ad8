#include "sim_transactions.h"

#include "evenkeel/base/check.h"

namespace evenkeel {

ProducerIdentity SimTransactions::Init(const std::string& transactional_id,
                                       std::chrono::milliseconds timeout) {
  Producer& producer = producers_[transactional_id];
  if (producer.id == 0) producer.id = producers_.size();
  ++producer.epoch;
  producer.timeout = timeout;
  End(producer, /*commit=*/false);
  return {transactional_id, producer.id, producer.epoch};
}

bool SimTransactions::IsCurrent(const ProducerIdentity& who) const {
  const auto found = producers_.find(who.transactional_id);
  return found != producers_.end() && found->second.epoch == who.epoch;
}

void SimTransactions::AddPartition(const ProducerIdentity& who, const TopicPartition& where,
                                   TimeMs now) {
  Open(who, now).touched.partitions.insert(where);
}

void SimTransactions::AddGroup(const ProducerIdentity& who, const std::string& group, TimeMs now) {
  Open(who, now).touched.groups.insert(group);
}

void SimTransactions::End(const ProducerIdentity& who, bool commit) {
  EVENKEEL_CHECK(IsCurrent(who));
  End(producers_.at(who.transactional_id), commit);
}

void SimTransactions::Tick(TimeMs now) {
  for (auto& [transactional_id, producer] : producers_) {
    if (!producer.open || now - producer.opened < producer.timeout) continue;
    ++producer.epoch;
    End(producer, /*commit=*/false);
  }
}

SimTransactions::Producer& SimTransactions::Open(const ProducerIdentity& who, TimeMs now) {
  EVENKEEL_CHECK(IsCurrent(who));
  Producer& producer = producers_.at(who.transactional_id);
  if (!producer.open) producer.opened = now;
  producer.open = true;
  return producer;
}

void SimTransactions::End(Producer& producer, bool commit) {
  if (!producer.open) return;
  write_end_(producer.id, producer.touched, commit);
  producer.touched = {};
  producer.open = false;
}

}  // namespace evenkeel
