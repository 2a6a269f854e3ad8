#include "evenkeel/log/specs.h"

#include <string>

namespace evenkeel {

Status Validate(const SessionOptions& options) {
  if (options.transactional_id.empty()) return InvalidArgument("session without transactional_id");
  if (options.transaction_timeout.count() <= 0) {
    return InvalidArgument("session '" + options.transactional_id +
                           "': transaction_timeout must be above 0 ms");
  }
  if (!options.membership) return {};
  const GroupMembership& membership = *options.membership;
  if (membership.group.empty() || membership.instance_id.empty() || membership.lead_topic.empty() ||
      membership.session_timeout.count() <= 0) {
    return InvalidArgument("session '" + options.transactional_id +
                           "': a membership needs group, instance_id, lead_topic and a "
                           "session_timeout above 0 ms");
  }
  return {};
}

Status Validate(const TopicSpec& spec) {
  if (spec.name.empty() || spec.partitions < 1) {
    return InvalidArgument("topic '" + spec.name + "' with " + std::to_string(spec.partitions) +
                           " partitions: give it a name and at least one partition");
  }
  if (spec.compacted && spec.retention) {
    return InvalidArgument("topic '" + spec.name +
                           "' is compacted and has a retention: choose one of them");
  }
  return {};
}

TopicDescription Describe(const TopicSpec& spec) {
  TopicDescription description;
  description.name = spec.name;
  description.partitions = spec.partitions;
  description.replication_factor = 1;
  description.settings.emplace();
  auto& settings = *description.settings;
  settings["cleanup.policy"] = spec.compacted ? "compact" : "delete";
  settings["message.timestamp.type"] =
      spec.timestamps == TimestampType::kCreateTime ? "CreateTime" : "LogAppendTime";
  settings["retention.ms"] = spec.retention ? std::to_string(spec.retention->count()) : "-1";
  settings["max.message.bytes"] = std::to_string(spec.max_record_bytes);
  return description;
}

std::string ToString(const TopicPartition& where) {
  return where.topic + "[" + std::to_string(where.partition) + "]";
}

std::size_t RecordBytes(const OutRecord& record) {
  // What Kafka counts on top of the content of a record that is alone in its batch.
  constexpr std::size_t kOverheadBytes = 70;
  std::size_t bytes = kOverheadBytes + record.key.value_or("").size();
  bytes += record.value.value_or("").size();
  for (const RecordHeader& header : record.headers) {
    bytes += header.name.size() + header.value.size();
  }
  return bytes;
}

}  // namespace evenkeel
