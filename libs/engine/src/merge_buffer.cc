#include "merge_buffer.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "clock_time.h"

#include "evenkeel/base/check.h"

namespace evenkeel {
namespace {

/// With what it costs to hold it.
std::size_t BytesOf(const LogRecord& record) {
  std::size_t bytes = sizeof(LogRecord) + record.headers.size() * sizeof(RecordHeader);
  if (record.key) bytes += record.key->size();
  if (record.value) bytes += record.value->size();
  for (const RecordHeader& header : record.headers) {
    bytes += header.name.size() + header.value.size();
  }
  return bytes;
}

}  // namespace

MergeBuffer::MergeBuffer(const WorkerOptions& options, ReadAhead& read_ahead)
    : read_ahead_(read_ahead) {
  for (const InputOptions& input : options.inputs) {
    Input& added = inputs_.emplace_back();
    added.topic = input.topic;
    added.moves_clock = input.moves_clock;
  }
}

MergeBuffer::~MergeBuffer() { Release(bytes_); }

void MergeBuffer::Release(std::size_t bytes) {
  bytes_ -= bytes;
  read_ahead_.Remove(bytes);
}

void MergeBuffer::Reset(std::span<const Offset> next) {
  EVENKEEL_CHECK(next.size() == inputs_.size());
  Release(bytes_);
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    inputs_[i].records.clear();
    inputs_[i].next = next[i];
    inputs_[i].end = -1;
  }
}

bool MergeBuffer::Push(LogRecord record) {
  Input& input = inputs_[record.stream];
  if (record.offset < input.next) return false;
  input.next = record.offset + 1;
  const std::size_t bytes = BytesOf(record);
  bytes_ += bytes;
  read_ahead_.Add(bytes);
  input.records.push_back(std::move(record));
  return true;
}

void MergeBuffer::AtEnd(std::uint32_t input, Offset offset) {
  inputs_[input].end = std::max(inputs_[input].end, offset);
}

bool MergeBuffer::at_end(std::uint32_t input) const {
  return inputs_[input].end >= inputs_[input].next;
}

Offset MergeBuffer::delivered(std::uint32_t input) const {
  return std::max(inputs_[input].next, inputs_[input].end);
}

std::optional<std::uint32_t> MergeBuffer::FirstAmong(bool only_clock) const {
  std::optional<std::uint32_t> first;
  TimeMs first_time;
  for (std::uint32_t i = 0; i < inputs_.size(); ++i) {
    const Input& input = inputs_[i];
    if (input.records.empty() || (only_clock && !input.moves_clock)) continue;
    const TimeMs time = ClockTime(input.records.front().timestamp);
    if (!first || std::tie(time, input.topic) < std::tie(first_time, inputs_[*first].topic)) {
      first = i;
      first_time = time;
    }
  }
  return first;
}

LogRecord MergeBuffer::Pop(std::uint32_t input) {
  Input& from = inputs_[input];
  EVENKEEL_CHECK(!from.records.empty());
  LogRecord record = std::move(from.records.front());
  from.records.pop_front();
  Release(BytesOf(record));
  return record;
}

void MergeBuffer::ResumeAll(LogSession& session, Partition row) {
  for (std::uint32_t i = 0; i < inputs_.size(); ++i) {
    if (inputs_[i].is_paused) session.ResumeInput(i, row);
    inputs_[i].is_paused = false;
  }
}

}  // namespace evenkeel
