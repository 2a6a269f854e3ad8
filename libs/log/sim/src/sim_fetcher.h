#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "evenkeel/log/session.h"

namespace evenkeel {

class SimBroker;

/// The reading half of a session: a cursor for every input of a started row and every reader.
class SimFetcher {
 public:
  SimFetcher(const SimBroker& broker, std::vector<std::string> inputs);

  void StartRow(Partition row, std::span<const Offset> next);
  void StopRow(Partition row) { rows_.erase(row); }
  /// Does nothing if the row is not started: it may have failed or been taken since.
  void SetPaused(std::uint32_t input, Partition row, bool is_paused);

  ReaderId OpenReader(const TopicPartition& where, Offset from);
  void CloseReader(ReaderId reader) { readers_.erase(reader); }

  /// Adds at most `max_records` records, and the ends and failures met.
  void Fetch(std::size_t max_records, LogPoll& out);

 private:
  struct Cursor {
    TopicPartition where;
    std::uint32_t stream = 0;
    Offset position = 0;
    bool is_reader = false;
    bool is_paused = false;
    bool has_failed = false;
    std::optional<Offset> reported_end;
  };

  std::vector<Cursor*> Active();
  void FetchOne(Cursor& cursor, std::size_t& left, LogPoll& out);
  void Fail(Cursor& cursor, Offset log_start, Status status, LogPoll& out);

  const SimBroker& broker_;
  const std::vector<std::string> inputs_;
  std::map<Partition, std::vector<Cursor>> rows_;
  std::map<ReaderId, Cursor> readers_;
  ReaderId last_reader_ = 0;
  std::size_t turn_ = 0;  // Who is served first, so that none is starved.
};

}  // namespace evenkeel
