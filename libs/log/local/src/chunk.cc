#include "chunk.h"

#include <algorithm>

#include "coding.h"

#include "evenkeel/base/check.h"

namespace evenkeel {
namespace {

// The head of a chunk: format, four numbers of 8 bytes; then the records.
constexpr char kFormat = 1;
constexpr std::size_t kBaseTimestampAt = 1;
constexpr std::size_t kMaxTimestampAt = 9;
constexpr std::size_t kAppendedAt = 17;
constexpr std::size_t kCountAt = 25;
constexpr std::size_t kLastDeltaAt = 33;
constexpr std::size_t kHeadBytes = 41;

// Timestamps are whatever a producer says, so their differences may wrap around.
std::int64_t WrappingSubtract(TimeMs a, TimeMs b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a.value) -
                                   static_cast<std::uint64_t>(b.value));
}
TimeMs WrappingAdd(TimeMs a, std::int64_t b) {
  return {static_cast<std::int64_t>(static_cast<std::uint64_t>(a.value) +
                                    static_cast<std::uint64_t>(b))};
}

constexpr unsigned char kHasKey = 1;
constexpr unsigned char kHasValue = 2;
constexpr unsigned char kHasHeaders = 4;

}  // namespace

bool ChunkBuilder::HasRoomFor(Offset offset) const {
  return empty() || (chunk_.value.size() < kTargetBytes && offset - chunk_.first < Offset{1} << 31);
}

void ChunkBuilder::Add(Offset offset, TimeMs timestamp, std::optional<std::string_view> key,
                       std::optional<std::string_view> value,
                       std::span<const RecordHeader> headers) {
  std::string& out = chunk_.value;
  if (empty()) {
    out.assign(kHeadBytes, '\0');
    chunk_.first = offset;
    base_timestamp_ = timestamp;
    max_timestamp_ = timestamp;
  }
  max_timestamp_ = std::max(max_timestamp_, timestamp);
  chunk_.last = offset;
  ++chunk_.count;
  coding::PutVarint(out, static_cast<std::uint64_t>(offset - chunk_.first));
  coding::PutSigned(out, WrappingSubtract(timestamp, base_timestamp_));
  const unsigned flags = (key ? kHasKey : 0U) | (value ? kHasValue : 0U) |
                         (headers.empty() ? 0U : unsigned{kHasHeaders});
  out.push_back(static_cast<char>(flags));
  if (key) coding::PutBytes(out, *key);
  if (value) coding::PutBytes(out, *value);
  if (headers.empty()) return;
  coding::PutVarint(out, headers.size());
  for (const RecordHeader& header : headers) {
    coding::PutBytes(out, header.name);
    coding::PutBytes(out, header.value);
  }
}

Chunk ChunkBuilder::Finish(TimeMs appended_at) {
  EVENKEEL_CHECK(!empty());
  std::string& out = chunk_.value;
  out[0] = kFormat;
  coding::SetFixed64(out, kBaseTimestampAt, base_timestamp_.value);
  coding::SetFixed64(out, kMaxTimestampAt, max_timestamp_.value);
  coding::SetFixed64(out, kAppendedAt, appended_at.value);
  coding::SetFixed64(out, kCountAt, static_cast<std::int64_t>(chunk_.count));
  coding::SetFixed64(out, kLastDeltaAt, chunk_.last - chunk_.first);
  return std::exchange(chunk_, {});
}

void StampChunk(std::string& value, TimeMs appended_at, bool is_append_time) {
  coding::SetFixed64(value, kAppendedAt, appended_at.value);
  if (!is_append_time) return;
  coding::SetFixed64(value, kBaseTimestampAt, appended_at.value);
  coding::SetFixed64(value, kMaxTimestampAt, appended_at.value);
}

std::optional<ChunkSummary> SummaryOf(std::string_view value) {
  if (value.size() < kHeadBytes || value[0] != kFormat) return std::nullopt;
  coding::Reader reader(value.substr(kMaxTimestampAt));
  ChunkSummary summary;
  summary.max_timestamp.value = reader.Fixed64();
  summary.appended_at.value = reader.Fixed64();
  summary.count = static_cast<std::size_t>(reader.Fixed64());
  return summary;
}

Result<const DecodedChunk*> DecodedChunk::Decode(Offset last, std::string value) {
  auto* chunk = new DecodedChunk(std::move(value));
  if (chunk->Parse(last)) return static_cast<const DecodedChunk*>(chunk);
  Release(chunk);
  return DataLoss("damaged chunk of records that ends at offset " + std::to_string(last));
}

bool DecodedChunk::Parse(Offset last) {
  if (bytes_.size() < kHeadBytes || bytes_[0] != kFormat) return false;
  coding::Reader reader(std::string_view(bytes_).substr(1));
  const TimeMs base_timestamp{reader.Fixed64()};
  reader.Fixed64();
  appended_at_.value = reader.Fixed64();
  const std::int64_t count = reader.Fixed64();
  const std::int64_t last_delta = reader.Fixed64();
  if (count < 1 || static_cast<std::size_t>(count) > bytes_.size()) return false;
  if (last_delta < 0 || last_delta > last) return false;
  const Offset first = last - last_delta;
  records_.reserve(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i) {
    ChunkRecord record;
    const std::uint64_t delta = reader.Varint();
    if (delta > static_cast<std::uint64_t>(last_delta)) return false;
    record.offset = first + static_cast<Offset>(delta);
    record.timestamp = WrappingAdd(base_timestamp, reader.Signed());
    const std::string_view flag_byte = reader.Take(1);
    if (flag_byte.empty()) return false;
    const auto flags = static_cast<unsigned char>(flag_byte[0]);
    if ((flags & kHasKey) != 0) record.key = reader.Bytes();
    if ((flags & kHasValue) != 0) record.value = reader.Bytes();
    record.header_begin = headers_.size();
    if ((flags & kHasHeaders) != 0) record.header_count = reader.Varint();
    for (std::size_t h = 0; h < record.header_count && reader.ok(); ++h) {
      const std::string_view name = reader.Bytes();
      headers_.push_back({name, reader.Bytes()});
    }
    if (!reader.ok()) return false;
    records_.push_back(record);
  }
  return reader.at_end() && records_.back().offset == last;
}

RecordStorage DecodedChunk::Share() const {
  references_.fetch_add(1, std::memory_order_relaxed);
  return Adopt();
}

void DecodedChunk::Release(const void* chunk) {
  const auto* self = static_cast<const DecodedChunk*>(chunk);
  if (self->references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete self;
}

}  // namespace evenkeel
