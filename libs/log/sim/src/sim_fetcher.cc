#include "sim_fetcher.h"

#include <utility>

#include "sim_broker.h"

#include "evenkeel/base/check.h"

namespace evenkeel {
namespace {

LogRecord MakeRecord(const SimPartition::Entry& entry, std::uint32_t stream, Partition partition) {
  LogRecord record;
  record.stream = stream;
  record.partition = partition;
  record.offset = entry.offset;
  record.timestamp = entry.timestamp;
  record.key = entry.record->key;
  record.value = entry.record->value;
  record.headers = entry.record->headers;
  record.storage = KeepAlive(entry.record);
  return record;
}

}  // namespace

SimFetcher::SimFetcher(const SimBroker& broker, std::vector<std::string> inputs)
    : broker_(broker), inputs_(std::move(inputs)) {}

void SimFetcher::StartRow(Partition row, std::span<const Offset> next) {
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

void SimFetcher::SetPaused(std::uint32_t input, Partition row, bool is_paused) {
  EVENKEEL_CHECK(input < inputs_.size());
  const auto found = rows_.find(row);
  if (found != rows_.end()) found->second[input].is_paused = is_paused;
}

ReaderId SimFetcher::OpenReader(const TopicPartition& where, Offset from) {
  const ReaderId id = ++last_reader_;
  Cursor& cursor = readers_[id];
  cursor.where = where;
  cursor.stream = id;
  cursor.position = from;
  cursor.is_reader = true;
  return id;
}

void SimFetcher::Fetch(std::size_t max_records, LogPoll& out) {
  std::size_t left = max_records;
  const std::vector<Cursor*> cursors = Active();
  for (std::size_t i = 0; i < cursors.size(); ++i) {
    FetchOne(*cursors[(turn_ + i) % cursors.size()], left, out);
  }
  ++turn_;
}

std::vector<SimFetcher::Cursor*> SimFetcher::Active() {
  std::vector<Cursor*> active;
  for (auto& [row, cursors] : rows_) {
    for (Cursor& cursor : cursors) active.push_back(&cursor);
  }
  for (auto& [id, cursor] : readers_) active.push_back(&cursor);
  std::erase_if(active, [](const Cursor* cursor) { return cursor->is_paused; });
  return active;
}

void SimFetcher::FetchOne(Cursor& cursor, std::size_t& left, LogPoll& out) {
  if (cursor.has_failed) return;
  const SimPartition* partition = broker_.FindPartition(cursor.where);
  if (partition == nullptr) {
    return Fail(cursor, 0, NotFound("no partition " + ToString(cursor.where)), out);
  }
  if (cursor.position < partition->low() || cursor.position > partition->high()) {
    return Fail(
        cursor, partition->low(),
        {StatusCode::kOutOfRange,
         ToString(cursor.where) + " holds offsets " + std::to_string(partition->low()) + " to " +
             std::to_string(partition->high()) + ", not " + std::to_string(cursor.position)},
        out);
  }
  const SimPartition::Entry* entry = partition->NextCommitted(cursor.position);
  for (; entry != nullptr && left > 0; --left) {
    auto& records = cursor.is_reader ? out.reader_records : out.records;
    records.push_back(MakeRecord(*entry, cursor.stream, cursor.where.partition));
    cursor.position = entry->offset + 1;
    entry = partition->NextCommitted(cursor.position);
  }
  if (entry != nullptr || cursor.reported_end == cursor.position) return;
  cursor.reported_end = cursor.position;
  if (cursor.is_reader) {
    out.events.push_back(ReaderAtEnd{cursor.stream, cursor.position});
  } else {
    out.events.push_back(InputAtEnd{cursor.stream, cursor.where.partition, cursor.position});
  }
}

void SimFetcher::Fail(Cursor& cursor, Offset log_start, Status status, LogPoll& out) {
  cursor.has_failed = true;
  if (cursor.is_reader) {
    out.events.push_back(ReaderFailed{cursor.stream, std::move(status)});
    return;
  }
  const Partition row = cursor.where.partition;
  out.events.push_back(
      InputFailed{cursor.stream, row, cursor.position, log_start, std::move(status)});
  for (Cursor& other : rows_.at(row)) other.has_failed = true;
}

}  // namespace evenkeel
