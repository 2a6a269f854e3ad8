#include "sim_broker.h"

#include <utility>

#include "evenkeel/base/check.h"

namespace evenkeel {

SimBroker::SimBroker(SimLogOptions options)
    : options_(std::move(options)),
      now_(options_.start),
      transactions_([this](ProducerId producer, const SimTransactions::Touched& touched,
                           bool commit) { WriteEnd(producer, touched, commit); }) {}

void SimBroker::AdvanceTime(std::chrono::milliseconds by) {
  EVENKEEL_CHECK(by.count() >= 0);
  now_ = now_ + by;
  transactions_.Tick(now_);
  for (auto& [name, group] : groups_) group.Tick(now_);
  ApplyRetention();
}

Status SimBroker::CreateTopic(const TopicSpec& spec) {
  EVENKEEL_RETURN_IF_ERROR(Validate(spec));
  if (topics_.contains(spec.name)) {
    return {StatusCode::kAlreadyExists, "topic '" + spec.name + "' exists already"};
  }
  Topic& topic = topics_[spec.name];
  topic.spec = spec;
  topic.partitions.resize(static_cast<std::size_t>(spec.partitions));
  for (auto& [name, group] : groups_) group.TopicChanged(spec.name, now_);
  return {};
}

const SimBroker::Topic* SimBroker::FindTopic(const std::string& name) const {
  const auto found = topics_.find(name);
  return found == topics_.end() ? nullptr : &found->second;
}

const SimPartition* SimBroker::FindPartition(const TopicPartition& where) const {
  const Topic* topic = FindTopic(where.topic);
  if (topic == nullptr || where.partition < 0 || where.partition >= topic->spec.partitions) {
    return nullptr;
  }
  return &topic->partitions[static_cast<std::size_t>(where.partition)];
}

SimPartition* SimBroker::FindPartition(const TopicPartition& where) {
  return const_cast<SimPartition*>(std::as_const(*this).FindPartition(where));
}

void SimBroker::Compact(const std::string& name) {
  const auto found = topics_.find(name);
  EVENKEEL_CHECK(found != topics_.end() && found->second.spec.compacted);
  for (SimPartition& partition : found->second.partitions) {
    partition.Compact(now_ - options_.delete_retention);
  }
}

SimGroup& SimBroker::Group(const std::string& name) {
  const auto found = groups_.find(name);
  if (found != groups_.end()) return found->second;
  const auto count = [this](const std::string& topic) {
    const Topic* lead = FindTopic(topic);
    return lead == nullptr ? 0 : lead->spec.partitions;
  };
  return groups_.emplace(name, SimGroup(count)).first->second;
}

Offset SimBroker::Append(const ProducerIdentity& who, const TopicPartition& where,
                         std::shared_ptr<const StoredRecord> record) {
  const Topic* topic = FindTopic(where.topic);
  const bool stamped_here = topic->spec.timestamps == TimestampType::kLogAppendTime;
  const TimeMs timestamp = stamped_here ? now_ : record->timestamp.value_or(now_);
  transactions_.AddPartition(who, where, now_);
  return FindPartition(where)->Append(who.id, timestamp, std::move(record));
}

void SimBroker::WriteEnd(ProducerId producer, const SimTransactions::Touched& touched,
                         bool commit) {
  for (const TopicPartition& where : touched.partitions) {
    FindPartition(where)->EndTransaction(producer, commit, now_);
  }
  for (const std::string& group : touched.groups) Group(group).EndTransaction(producer, commit);
}

void SimBroker::ApplyRetention() {
  for (auto& [name, topic] : topics_) {
    if (!topic.spec.retention) continue;
    for (SimPartition& partition : topic.partitions) {
      partition.DeleteOlderThan(now_ - *topic.spec.retention);
    }
  }
}

}  // namespace evenkeel
