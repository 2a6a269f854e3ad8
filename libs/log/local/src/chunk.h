#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "evenkeel/base/result.h"
#include "evenkeel/base/time.h"
#include "evenkeel/log/record.h"

namespace evenkeel {

/// Consecutive records of one partition, stored under the offset of the last of them. Offsets
/// inside are relative to the first, so that a chunk is built before its place is known.
struct Chunk {
  std::string value;
  Offset first = 0;  ///< As given to Add().
  Offset last = 0;
  std::size_t count = 0;
};

/// A record inside a chunk.
struct ChunkRecord {
  Offset offset = 0;
  TimeMs timestamp;
  std::optional<std::string_view> key;
  std::optional<std::string_view> value;
  std::size_t header_begin = 0;
  std::size_t header_count = 0;
};

class ChunkBuilder {
 public:
  static constexpr std::size_t kTargetBytes = 64 << 10;

  /// REQUIRES: `offset` is above that of the record before.
  void Add(Offset offset, TimeMs timestamp, std::optional<std::string_view> key,
           std::optional<std::string_view> value, std::span<const RecordHeader> headers);

  bool empty() const { return chunk_.count == 0; }
  /// Can a record at `offset` still go in?
  bool HasRoomFor(Offset offset) const;

  /// The chunk; the builder is empty again. `appended_at` is when its records came into the log.
  Chunk Finish(TimeMs appended_at);

 private:
  Chunk chunk_;
  TimeMs base_timestamp_;
  TimeMs max_timestamp_;
};

/// Says when the records came into the log; with `is_append_time` that is their timestamp, too.
void StampChunk(std::string& value, TimeMs appended_at, bool is_append_time);

/// What a chunk says without being decoded. Nothing: it is damaged.
struct ChunkSummary {
  TimeMs max_timestamp;
  TimeMs appended_at;
  std::size_t count = 0;
};
std::optional<ChunkSummary> SummaryOf(std::string_view value);

/// A chunk as read. Shared by its records; the last one frees it.
class DecodedChunk {
 public:
  /// The caller holds the first reference. kDataLoss: the bytes are no chunk.
  static Result<const DecodedChunk*> Decode(Offset last, std::string value);

  const std::vector<ChunkRecord>& records() const { return records_; }
  TimeMs appended_at() const { return appended_at_; }
  std::span<const RecordHeader> HeadersOf(const ChunkRecord& record) const {
    return std::span(headers_).subspan(record.header_begin, record.header_count);
  }

  /// One more reference.
  RecordStorage Share() const;
  /// Takes over the caller's reference.
  RecordStorage Adopt() const { return {this, &Release}; }

 private:
  explicit DecodedChunk(std::string bytes) : bytes_(std::move(bytes)) {}
  bool Parse(Offset last);
  static void Release(const void* chunk);

  const std::string bytes_;
  TimeMs appended_at_;
  std::vector<ChunkRecord> records_;
  std::vector<RecordHeader> headers_;
  mutable std::atomic<std::uint32_t> references_{1};
};

}  // namespace evenkeel
