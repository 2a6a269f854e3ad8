#include "local_maintenance.h"

#include <algorithm>

namespace evenkeel {
namespace {

constexpr std::size_t kChunksPerStep = 256;

}  // namespace

Result<bool> LocalMaintenance::Step(const std::map<std::string, LocalTopic>& topics, TimeMs now) {
  if (compaction_ != nullptr) {
    EVENKEEL_ASSIGN_OR_RETURN(const bool has_more, compaction_->Step());
    if (!has_more) compaction_.reset();
    return true;
  }
  auto found = topics.lower_bound(at_.topic);
  if (found != topics.end() &&
      (found->first != at_.topic || at_.partition >= found->second.spec.partitions)) {
    if (found->first == at_.topic) ++found;
    at_.partition = 0;
  }
  if (found == topics.end()) {
    at_ = {};
    return false;
  }
  const LocalTopic& topic = found->second;
  at_.topic = topic.spec.name;
  const Partition partition = at_.partition++;
  PartitionState& state = topic.state(partition);
  if (!topic.spec.compacted) {
    EVENKEEL_ASSIGN_OR_RETURN(const bool has_more, Trim(topic, partition, now));
    if (has_more) --at_.partition;
  } else if (state.bytes - state.clean_bytes >
             std::max(state.clean_bytes, options_.compact_bytes_min)) {
    compaction_ = std::make_unique<LocalCompaction>(store_, PartitionKey{topic.number, partition},
                                                    state, now - options_.delete_retention);
  }
  return true;
}

Result<bool> LocalMaintenance::Trim(const LocalTopic& topic, Partition partition, TimeMs now) {
  const auto limit = options_.retention_bytes.find(topic.spec.name);
  const bool has_limit = limit != options_.retention_bytes.end();
  PartitionState& state = topic.state(partition);
  const bool is_too_large = has_limit && state.bytes > limit->second;
  if (!topic.spec.retention && !is_too_large) return false;
  const PartitionKey where{topic.number, partition};
  const Offset low = state.low;
  Offset before = low;
  std::int64_t bytes = 0;
  std::size_t chunks = 0;
  ChunkIterator it(store_.db(), where, low);
  for (; it.Valid() && chunks < kChunksPerStep; it.Next(), ++chunks) {
    const std::optional<ChunkSummary> summary = SummaryOf(it.value());
    if (!summary) return DataLoss("damaged chunk of records in '" + topic.spec.name + "'");
    const bool is_old =
        topic.spec.retention && summary->max_timestamp < now - *topic.spec.retention;
    const bool is_surplus = has_limit && state.bytes - bytes > limit->second;
    if (!is_old && !is_surplus) break;
    before = it.last() + 1;
    bytes += static_cast<std::int64_t>(it.value().size());
  }
  EVENKEEL_RETURN_IF_ERROR(it.status());
  if (before > low) EVENKEEL_RETURN_IF_ERROR(Drop(where, state, before, bytes));
  return chunks == kChunksPerStep;
}

Status LocalMaintenance::DeleteBefore(PartitionKey where, PartitionState& state, Offset before) {
  if (before <= state.low) return {};
  std::int64_t bytes = 0;
  ChunkIterator it(store_.db(), where, state.low);
  for (; it.Valid() && it.last() < before; it.Next()) {
    bytes += static_cast<std::int64_t>(it.value().size());
  }
  EVENKEEL_RETURN_IF_ERROR(it.status());
  return Drop(where, state, before, bytes);
}

Status LocalMaintenance::Drop(PartitionKey where, PartitionState& state, Offset before,
                              std::int64_t bytes) {
  // What is being compacted must not come back from the compaction's view of the partition.
  compaction_.reset();
  state.bytes -= bytes;
  state.clean_bytes = std::min(state.clean_bytes, state.bytes);
  rocksdb::WriteBatch batch;
  batch.DeleteRange(LocalStore::ChunkKey(where, 0), LocalStore::ChunkKey(where, before));
  LocalStore::PutState(batch, where, state, before, state.high);
  state.low = before;  // First: who reads beside us must see that something is missing.
  return store_.Write(batch, /*is_synced=*/true);
}

}  // namespace evenkeel
