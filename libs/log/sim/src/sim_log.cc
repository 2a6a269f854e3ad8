#include "evenkeel/log/sim_log.h"

#include <utility>

#include "sim_broker.h"
#include "sim_session.h"

#include "evenkeel/base/check.h"
#include "evenkeel/log/specs.h"

namespace evenkeel {
namespace {

SimRecord ToRecord(const SimPartition& partition, const SimPartition::Entry& entry) {
  SimRecord record{.offset = entry.offset, .timestamp = entry.timestamp};
  if (entry.record->key) record.key = std::string(*entry.record->key);
  if (entry.record->value) record.value = std::string(*entry.record->value);
  for (const RecordHeader& header : entry.record->headers) {
    record.headers.emplace_back(header.name, header.value);
  }
  record.committed = !partition.pending(entry);
  return record;
}

}  // namespace

SimLog::SimLog(SimLogOptions options) : broker_(std::make_unique<SimBroker>(std::move(options))) {}

SimLog::~SimLog() = default;

Now SimLog::now() const {
  const TimeMs wall = broker_->now();
  return {.monotonic = MonotonicTime(std::chrono::milliseconds(wall.value)), .wall = wall};
}

void SimLog::AdvanceTime(std::chrono::milliseconds by) { broker_->AdvanceTime(by); }

void SimLog::Compact(const std::string& topic) { broker_->Compact(topic); }

std::vector<SimRecord> SimLog::Dump(const TopicPartition& where) const {
  const SimPartition* partition = broker_->FindPartition(where);
  EVENKEEL_CHECK(partition != nullptr);
  std::vector<SimRecord> records;
  for (const SimPartition::Entry& entry : partition->entries()) {
    if (entry.record == nullptr || entry.aborted) continue;
    records.push_back(ToRecord(*partition, entry));
  }
  return records;
}

std::optional<Offset> SimLog::CommittedOffset(const std::string& group,
                                              const TopicPartition& where) const {
  return broker_->Group(group).Committed(where);
}

Result<std::string> SimLog::ClusterId(std::chrono::milliseconds /*timeout*/) {
  return broker_->options().cluster_id;
}

Status SimLog::CreateTopic(const TopicSpec& spec, std::chrono::milliseconds /*timeout*/) {
  return broker_->CreateTopic(spec);
}

Result<std::vector<TopicDescription>> SimLog::DescribeTopics(
    const std::vector<std::string>& names, std::chrono::milliseconds /*timeout*/) {
  std::vector<TopicDescription> descriptions;
  for (const std::string& name : names) {
    const SimBroker::Topic* topic = broker_->FindTopic(name);
    if (topic == nullptr) continue;
    descriptions.push_back(Describe(topic->spec));
  }
  return descriptions;
}

Status SimLog::DeleteRecords(const TopicPartition& where, Offset before,
                             std::chrono::milliseconds /*timeout*/) {
  SimPartition* partition = broker_->FindPartition(where);
  if (partition == nullptr) return NotFound("no partition " + ToString(where));
  if (before < 0 || before > partition->high()) {
    return {StatusCode::kOutOfRange, ToString(where) + " ends at " +
                                         std::to_string(partition->high()) +
                                         ": cannot delete below " + std::to_string(before)};
  }
  partition->DeleteBefore(before);
  return {};
}

Result<std::vector<GroupMember>> SimLog::DescribeGroup(const std::string& group,
                                                       std::chrono::milliseconds /*timeout*/) {
  return broker_->Group(group).Describe();
}

Result<std::unique_ptr<LogSession>> SimLog::OpenSession(SessionOptions options) {
  EVENKEEL_RETURN_IF_ERROR(Validate(options));
  return std::unique_ptr<LogSession>(std::make_unique<SimSession>(*broker_, std::move(options)));
}

}  // namespace evenkeel
