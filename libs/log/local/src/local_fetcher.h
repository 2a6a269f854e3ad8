#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "chunk.h"
#include "local_core.h"

#include "evenkeel/log/session.h"

namespace evenkeel {

/// The reading half of a session: a cursor for every input of a started row and every reader.
class LocalFetcher {
 public:
  LocalFetcher(LocalCore& core, std::vector<std::string> inputs);

  void StartRow(Partition row, std::span<const Offset> next);
  void StopRow(Partition row) { rows_.erase(row); }
  /// Does nothing if the row is not started: it may have failed or been taken since.
  void SetPaused(std::uint32_t input, Partition row, bool is_paused);

  ReaderId OpenReader(const TopicPartition& where, Offset from);
  void CloseReader(ReaderId reader) { readers_.erase(reader); }

  /// Adds at most `max_records` records, and the ends and failures met. An error: the log is
  /// damaged.
  Status Fetch(std::size_t max_records, LogPoll& out);

  /// The last Fetch() left records behind.
  bool has_more() const { return has_more_; }

 private:
  struct Cursor {
    TopicPartition where;
    std::uint32_t stream = 0;
    Offset position = 0;
    bool is_reader = false;
    bool is_paused = false;
    bool has_failed = false;
    std::optional<Offset> reported_end;
    // Where reading stands. All of it can be dropped at any time.
    const LocalTopic* topic = nullptr;
    std::unique_ptr<ChunkIterator> it;
    Offset it_end = 0;  // What `it` is sure to show.
    const DecodedChunk* chunk = nullptr;
    RecordStorage keep{nullptr, [](const void*) {}};
    std::size_t next_in_chunk = 0;

    void StopReading();
  };

  std::vector<Cursor*> Active();
  Status FetchOne(Cursor& cursor, std::size_t& left, LogPoll& out);
  /// Makes `cursor.chunk` the one with the record at or above the position; without one below
  /// `high`, moves the position to `high` and drops the chunk.
  Status Advance(Cursor& cursor, Offset high);
  Status LoadChunk(Cursor& cursor);
  void Deliver(Cursor& cursor, std::size_t& left, LogPoll& out);
  void ReportEnd(Cursor& cursor, LogPoll& out);
  void FailOutside(Cursor& cursor, const PartitionState& state, LogPoll& out);
  void Fail(Cursor& cursor, Offset log_start, Status status, LogPoll& out);

  LocalCore& core_;
  const std::vector<std::string> inputs_;
  std::map<Partition, std::vector<Cursor>> rows_;
  std::map<ReaderId, Cursor> readers_;
  ReaderId last_reader_ = 0;
  std::size_t turn_ = 0;  // Who is served first, so that none is starved.
  bool has_more_ = false;
};

}  // namespace evenkeel
