#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "evenkeel/engine/worker_options.h"
#include "evenkeel/log/session.h"

namespace evenkeel {

/// What all tasks of a worker have read ahead, against its bound.
class ReadAhead {
 public:
  explicit ReadAhead(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  void Add(std::size_t bytes) { bytes_ += bytes; }
  void Remove(std::size_t bytes) { bytes_ -= bytes; }
  std::size_t bytes() const { return bytes_; }
  bool is_full() const { return bytes_ >= bytes_max_; }
  bool has_room() const { return bytes_ <= bytes_max_ / 2; }

 private:
  std::size_t bytes_max_;
  std::size_t bytes_ = 0;
};

/// What one task has read ahead, per input, and the order in which it is to be processed: the heads
/// of the inputs are merged by (record timestamp, topic name); records of one input keep their
/// order. While the worker has read too much ahead, inputs that hold something are paused.
class MergeBuffer {
 public:
  /// `read_ahead` outlives the buffer.
  MergeBuffer(const WorkerOptions& options, ReadAhead& read_ahead);
  ~MergeBuffer();
  MergeBuffer(const MergeBuffer&) = delete;
  MergeBuffer& operator=(const MergeBuffer&) = delete;

  /// Forgets everything; the next record of input i is the first at or after `next[i]`.
  void Reset(std::span<const Offset> next);

  /// False if the record lies below what was already delivered (then it is dropped).
  bool Push(LogRecord record);
  void AtEnd(std::uint32_t input, Offset offset);

  std::size_t input_count() const { return inputs_.size(); }
  const std::string& topic(std::uint32_t input) const { return inputs_[input].topic; }
  std::size_t size(std::uint32_t input) const { return inputs_[input].records.size(); }

  /// True once everything the log was last known to have of `input` is buffered or processed.
  bool at_end(std::uint32_t input) const;
  /// All records of `input` below this offset were delivered.
  Offset delivered(std::uint32_t input) const;

  /// The records of one input, in offset order.
  const std::deque<LogRecord>& records(std::uint32_t input) const { return inputs_[input].records; }

  /// The input whose head comes first, among those with a head.
  std::optional<std::uint32_t> First() const { return FirstAmong(/*only_clock=*/false); }
  /// The same among inputs that move the clock.
  std::optional<std::uint32_t> FirstOfClock() const { return FirstAmong(/*only_clock=*/true); }
  bool moves_clock(std::uint32_t input) const { return inputs_[input].moves_clock; }

  /// REQUIRES: size(input) > 0.
  LogRecord Pop(std::uint32_t input);

  /// Pauses inputs while too much is read ahead, and resumes them. Never those that hold nothing or
  /// that are `wanted(input)`: something waits for them.
  template <typename Wanted>
  void Regulate(LogSession& session, Partition row, const Wanted& wanted) {
    for (std::uint32_t i = 0; i < inputs_.size(); ++i) {
      Input& input = inputs_[i];
      const bool is_needed = input.records.empty() || wanted(i);
      if (!input.is_paused && read_ahead_.is_full() && !is_needed) {
        session.PauseInput(i, row);
        input.is_paused = true;
      } else if (input.is_paused && (read_ahead_.has_room() || is_needed)) {
        session.ResumeInput(i, row);
        input.is_paused = false;
      }
    }
  }

  /// Lets all paused inputs go on, before the row is started again.
  void ResumeAll(LogSession& session, Partition row);

 private:
  struct Input {
    Input() = default;
    Input(Input&&) noexcept = default;  // And no copies: records cannot be copied.

    std::string topic;
    bool moves_clock = true;
    std::deque<LogRecord> records;
    Offset next = 0;  ///< Records below were delivered.
    Offset end = -1;  ///< The end the log last reported.
    bool is_paused = false;
  };

  std::optional<std::uint32_t> FirstAmong(bool only_clock) const;
  void Release(std::size_t bytes);

  std::vector<Input> inputs_;
  ReadAhead& read_ahead_;
  std::size_t bytes_ = 0;  ///< Of `read_ahead_`: ours.
};

}  // namespace evenkeel
