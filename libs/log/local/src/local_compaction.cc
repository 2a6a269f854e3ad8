#include "local_compaction.h"

#include <algorithm>

namespace evenkeel {
namespace {

constexpr int kChunksPerStep = 64;
constexpr std::size_t kKeyBytesMax = 64U << 20;
constexpr std::size_t kBytesPerEntry = 64;  // What the map adds to a key.

/// Frees a chunk that was decoded only to be looked at.
Result<RecordStorage> DecodeAt(const ChunkIterator& it, const DecodedChunk*& chunk) {
  EVENKEEL_ASSIGN_OR_RETURN(chunk, DecodedChunk::Decode(it.last(), std::string(it.value())));
  return chunk->Adopt();
}

}  // namespace

LocalCompaction::LocalCompaction(LocalStore& store, PartitionKey where, PartitionState& state,
                                 TimeMs drop_tombstones_before)
    : store_(store),
      where_(where),
      state_(state),
      drop_tombstones_before_(drop_tombstones_before),
      end_(state.high),
      it_(std::make_unique<ChunkIterator>(store.db(), where,
                                          std::max(state.clean_to, state.low.load()))) {}

Result<bool> LocalCompaction::Step() { return is_noting_ ? NoteKeys() : RewriteSome(); }

Result<bool> LocalCompaction::NoteKeys() {
  for (int i = 0; i < kChunksPerStep && it_->Valid() && key_bytes_ < kKeyBytesMax; ++i) {
    const DecodedChunk* chunk = nullptr;
    EVENKEEL_ASSIGN_OR_RETURN(const RecordStorage keep, DecodeAt(*it_, chunk));
    if (chunk->records().front().offset >= end_) break;
    NoteChunk(*chunk);
    if (key_bytes_ >= kKeyBytesMax) end_ = it_->last() + 1;
    it_->Next();
  }
  EVENKEEL_RETURN_IF_ERROR(it_->status());
  const bool has_more = it_->Valid() && it_->last() < end_;
  if (has_more) return true;
  is_noting_ = false;
  it_ = std::make_unique<ChunkIterator>(store_.db(), where_, state_.low);
  return true;
}

void LocalCompaction::NoteChunk(const DecodedChunk& chunk) {
  for (const ChunkRecord& record : chunk.records()) {
    const auto [entry, is_new] =
        last_.insert_or_assign(std::string(record.key.value_or("")), record.offset);
    if (is_new) key_bytes_ += entry->first.size() + kBytesPerEntry;
  }
}

Result<bool> LocalCompaction::RewriteSome() {
  Rewrite rewrite;
  bool is_last = false;
  for (int i = 0; i < kChunksPerStep && !is_last; ++i) {
    if (it_->Valid() && it_->last() < end_) {
      EVENKEEL_RETURN_IF_ERROR(RewriteChunk(rewrite));
      it_->Next();
    } else {
      is_last = true;
    }
  }
  EVENKEEL_RETURN_IF_ERROR(it_->status());
  EVENKEEL_RETURN_IF_ERROR(WriteStep(rewrite, is_last));
  return !is_last;
}

Status LocalCompaction::RewriteChunk(Rewrite& rewrite) {
  const DecodedChunk* chunk = nullptr;
  EVENKEEL_ASSIGN_OR_RETURN(const RecordStorage keep, DecodeAt(*it_, chunk));
  const auto& records = chunk->records();
  const bool is_clean = std::none_of(records.begin(), records.end(), [&](const ChunkRecord& r) {
    return IsGarbage(r, chunk->appended_at());
  });
  const auto size = static_cast<std::int64_t>(it_->value().size());
  if (is_clean && it_->value().size() >= ChunkBuilder::kTargetBytes / 2) {
    if (!rewrite.builder.empty()) FinishChunk(rewrite);
    kept_bytes_ += size;
    return {};
  }
  rewrite.batch.Delete(rocksdb::Slice(it_->key().data(), it_->key().size()));
  state_.bytes -= size;
  for (const ChunkRecord& record : records) {
    if (IsGarbage(record, chunk->appended_at())) continue;
    if (!rewrite.builder.HasRoomFor(record.offset)) FinishChunk(rewrite);
    rewrite.builder.Add(record.offset, record.timestamp, record.key, record.value,
                        chunk->HeadersOf(record));
    // The youngest counts: no tombstone may go early.
    rewrite.appended_at = std::max(rewrite.appended_at, chunk->appended_at());
  }
  return {};
}

bool LocalCompaction::IsGarbage(const ChunkRecord& record, TimeMs appended_at) const {
  const auto last = last_.find(std::string(record.key.value_or("")));
  if (last != last_.end() && last->second > record.offset) return true;
  return !record.value && appended_at < drop_tombstones_before_;
}

void LocalCompaction::FinishChunk(Rewrite& rewrite) {
  const Chunk chunk = rewrite.builder.Finish(rewrite.appended_at);
  rewrite.appended_at = {};
  const auto size = static_cast<std::int64_t>(chunk.value.size());
  kept_bytes_ += size;
  state_.bytes += size;
  rewrite.batch.Put(LocalStore::ChunkKey(where_, chunk.last), chunk.value);
}

Status LocalCompaction::WriteStep(Rewrite& rewrite, bool is_last) {
  if (!rewrite.builder.empty()) FinishChunk(rewrite);
  if (is_last) {
    state_.clean_to = end_;
    state_.clean_bytes = std::min(kept_bytes_, state_.bytes);
  }
  LocalStore::PutState(rewrite.batch, where_, state_, state_.low, state_.high);
  // Not synced: if it is lost, all of it is, and the log reads the same.
  return store_.Write(rewrite.batch, /*is_synced=*/false);
}

}  // namespace evenkeel
