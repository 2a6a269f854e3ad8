#include "local_fetcher.h"

#include <algorithm>
#include <utility>

#include "evenkeel/base/check.h"
#include "evenkeel/log/specs.h"

namespace evenkeel {

void LocalFetcher::Cursor::StopReading() {
  it.reset();
  chunk = nullptr;
  keep.reset();
}

LocalFetcher::LocalFetcher(LocalCore& core, std::vector<std::string> inputs)
    : core_(core), inputs_(std::move(inputs)) {}

void LocalFetcher::StartRow(Partition row, std::span<const Offset> next) {
  EVENKEEL_CHECK(next.size() == inputs_.size());
  std::vector<Cursor>& cursors = rows_[row];
  cursors.clear();
  for (std::size_t input = 0; input < inputs_.size(); ++input) {
    Cursor cursor;
    cursor.where = {inputs_[input], row};
    cursor.stream = static_cast<std::uint32_t>(input);
    cursor.position = next[input];
    cursors.push_back(std::move(cursor));
  }
}

void LocalFetcher::SetPaused(std::uint32_t input, Partition row, bool is_paused) {
  EVENKEEL_CHECK(input < inputs_.size());
  const auto found = rows_.find(row);
  if (found == rows_.end()) return;
  Cursor& cursor = found->second[input];
  cursor.is_paused = is_paused;
  if (is_paused) cursor.StopReading();  // A pause may be long; it must not hold old files.
}

ReaderId LocalFetcher::OpenReader(const TopicPartition& where, Offset from) {
  const ReaderId id = ++last_reader_;
  Cursor& cursor = readers_[id];
  cursor.where = where;
  cursor.stream = id;
  cursor.position = from;
  cursor.is_reader = true;
  return id;
}

Status LocalFetcher::Fetch(std::size_t max_records, LogPoll& out) {
  std::size_t left = max_records;
  has_more_ = false;
  const std::vector<Cursor*> cursors = Active();
  for (std::size_t i = 0; i < cursors.size(); ++i) {
    EVENKEEL_RETURN_IF_ERROR(FetchOne(*cursors[(turn_ + i) % cursors.size()], left, out));
  }
  ++turn_;
  return {};
}

std::vector<LocalFetcher::Cursor*> LocalFetcher::Active() {
  std::vector<Cursor*> active;
  for (auto& [row, cursors] : rows_) {
    for (Cursor& cursor : cursors) active.push_back(&cursor);
  }
  for (auto& [id, cursor] : readers_) active.push_back(&cursor);
  std::erase_if(active,
                [](const Cursor* cursor) { return cursor->is_paused || cursor->has_failed; });
  return active;
}

Status LocalFetcher::FetchOne(Cursor& cursor, std::size_t& left, LogPoll& out) {
  if (cursor.has_failed) return {};  // With another input of its row, a moment ago.
  if (cursor.topic == nullptr) cursor.topic = core_.FindTopic(cursor.where.topic);
  if (cursor.topic == nullptr || cursor.where.partition < 0 ||
      cursor.where.partition >= cursor.topic->spec.partitions) {
    Fail(cursor, 0, NotFound("no partition " + ToString(cursor.where)), out);
    return {};
  }
  const PartitionState& state = cursor.topic->state(cursor.where.partition);
  const Offset high = state.high;
  if (cursor.position > high) {
    FailOutside(cursor, state, out);
    return {};
  }
  while (cursor.position < high && left > 0 && cursor.position >= state.low) {
    EVENKEEL_RETURN_IF_ERROR(Advance(cursor, high));
    if (cursor.position >= state.low) Deliver(cursor, left, out);
  }
  if (cursor.position < state.low) {
    FailOutside(cursor, state, out);
  } else if (cursor.position < high) {
    has_more_ = true;
  } else {
    cursor.StopReading();
    ReportEnd(cursor, out);
  }
  return {};
}

void LocalFetcher::FailOutside(Cursor& cursor, const PartitionState& state, LogPoll& out) {
  Fail(cursor, state.low,
       {StatusCode::kOutOfRange,
        ToString(cursor.where) + " holds offsets " + std::to_string(state.low) + " to " +
            std::to_string(state.high) + ", not " + std::to_string(cursor.position)},
       out);
}

Status LocalFetcher::Advance(Cursor& cursor, Offset high) {
  while (true) {
    if (cursor.chunk != nullptr) {
      const auto& records = cursor.chunk->records();
      while (cursor.next_in_chunk < records.size() &&
             records[cursor.next_in_chunk].offset < cursor.position) {
        ++cursor.next_in_chunk;
      }
      if (cursor.next_in_chunk < records.size()) return {};
      cursor.chunk = nullptr;
      cursor.keep.reset();
    }
    if (cursor.it == nullptr) {
      const PartitionKey where{cursor.topic->number, cursor.where.partition};
      cursor.it_end = high;
      cursor.it = std::make_unique<ChunkIterator>(core_.store().db(), where, cursor.position);
      // The log may have been cut above us before the iterator was made: a gap is not for skipping.
      if (cursor.topic->state(where.partition).low > cursor.position) return {};
    } else if (cursor.it->Valid() && cursor.it->last() < cursor.position) {
      cursor.it->Next();
    }
    EVENKEEL_RETURN_IF_ERROR(cursor.it->status());
    if (cursor.it->Valid() && cursor.it->last() < high) {
      EVENKEEL_RETURN_IF_ERROR(LoadChunk(cursor));
      continue;
    }
    // All that this iterator is sure to show is read. What came since needs a new one.
    cursor.it.reset();
    cursor.position = std::max(cursor.position, cursor.it_end);
    if (cursor.position >= high) return {};
  }
}

Status LocalFetcher::LoadChunk(Cursor& cursor) {
  EVENKEEL_ASSIGN_OR_RETURN(
      cursor.chunk, DecodedChunk::Decode(cursor.it->last(), std::string(cursor.it->value())));
  cursor.keep = cursor.chunk->Adopt();
  cursor.next_in_chunk = 0;
  return {};
}

void LocalFetcher::Deliver(Cursor& cursor, std::size_t& left, LogPoll& out) {
  if (cursor.chunk == nullptr) return;
  auto& records = cursor.is_reader ? out.reader_records : out.records;
  const std::vector<ChunkRecord>& source = cursor.chunk->records();
  for (; cursor.next_in_chunk < source.size() && left > 0; ++cursor.next_in_chunk, --left) {
    const ChunkRecord& from = source[cursor.next_in_chunk];
    LogRecord record;
    record.stream = cursor.stream;
    record.partition = cursor.where.partition;
    record.offset = from.offset;
    record.timestamp = from.timestamp;
    record.key = from.key;
    record.value = from.value;
    record.headers = cursor.chunk->HeadersOf(from);
    record.storage = cursor.chunk->Share();
    records.push_back(std::move(record));
    cursor.position = from.offset + 1;
  }
}

void LocalFetcher::ReportEnd(Cursor& cursor, LogPoll& out) {
  if (cursor.reported_end == cursor.position) return;
  cursor.reported_end = cursor.position;
  if (cursor.is_reader) {
    out.events.push_back(ReaderAtEnd{cursor.stream, cursor.position});
  } else {
    out.events.push_back(InputAtEnd{cursor.stream, cursor.where.partition, cursor.position});
  }
}

void LocalFetcher::Fail(Cursor& cursor, Offset log_start, Status status, LogPoll& out) {
  cursor.has_failed = true;
  if (cursor.is_reader) {
    out.events.push_back(ReaderFailed{cursor.stream, std::move(status)});
    return;
  }
  const Partition row = cursor.where.partition;
  out.events.push_back(
      InputFailed{cursor.stream, row, cursor.position, log_start, std::move(status)});
  for (Cursor& other : rows_.at(row)) {
    other.has_failed = true;
    other.StopReading();
  }
}

}  // namespace evenkeel
