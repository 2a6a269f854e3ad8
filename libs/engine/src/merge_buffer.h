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

/// What one task has read ahead, per input, and the order in which it is to be processed: the heads
/// of the inputs are merged by (record timestamp, topic name); records of one input keep their
/// order. Bounded: a full input is paused, and let go on when half empty.
class MergeBuffer {
 public:
  explicit MergeBuffer(const WorkerOptions& options);

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

  /// Pauses what is full and resumes what has room. `wanted(input)`: never pause, it is waited for.
  template <typename Wanted>
  void Regulate(LogSession& session, Partition row, const Wanted& wanted) {
    for (std::uint32_t i = 0; i < inputs_.size(); ++i) {
      Input& input = inputs_[i];
      if (!input.is_paused && IsFull(input) && !wanted(i)) {
        session.PauseInput(i, row);
        input.is_paused = true;
      } else if (input.is_paused && (HasRoom(input) || wanted(i))) {
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
    std::size_t bytes = 0;
    Offset next = 0;  ///< Records below were delivered.
    Offset end = -1;  ///< The end the log last reported.
    bool is_paused = false;
  };

  std::optional<std::uint32_t> FirstAmong(bool only_clock) const;
  bool IsFull(const Input& input) const;
  bool HasRoom(const Input& input) const;

  std::vector<Input> inputs_;
  std::size_t records_max_;
  std::size_t bytes_max_;
};

}  // namespace evenkeel
