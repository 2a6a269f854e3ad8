#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "merge_buffer.h"

#include "evenkeel/engine/worker_options.h"
#include "evenkeel/log/session.h"

namespace evenkeel {

/// Decides which record a task processes next, or that it must wait.
///
/// - Wall clock: the first of what is there.
/// - Event clock: the same, but only once every clock-moving input has a record or is at its end.
/// - `to_tick`: only up to a tick that is there, and only with everything that was in the log when
///   that tick was there: so the answer does not depend on how the log delivers. "At the end" is
///   not enough, it may be old news: the watermarks are asked after the tick was seen.
///   What does not move the clock (receipts, verdicts, transfers) is an answer to something: it
///   enters at the first tick after the one that its timestamp belongs to. So a world that waits
///   for all answers to a tick before it writes the next repeats exactly.
class RecordOrder {
 public:
  RecordOrder(const WorkerOptions& options, MergeBuffer& buffer);

  /// Begins again after the tick of time `last_tick`.
  void Reset(TimeMs last_tick);

  /// The input to take from next, or nothing: wait.
  std::optional<std::uint32_t> Next() const;

  /// Whether `input` brings ticks before which TakeOrdered() is due.
  bool is_tick(std::uint32_t input) const { return is_to_tick_ && tick_ == input; }

  /// The records that enter at the tick of time `tick`, in the order of `order_key`. All of them
  /// have a timestamp up to the tick before.
  std::vector<LogRecord> TakeOrdered(TimeMs tick,
                                     const std::function<std::string(const LogRecord&)>& order_key);

  /// Inputs whose high watermark must be asked now; the answers go to OnWatermark().
  std::vector<std::uint32_t> WatermarksToAsk();
  void OnWatermark(std::uint32_t input, Offset high);

  /// Whether Next() waits for more of `input`, however much of it is buffered.
  bool IsAwaited(std::uint32_t input) const;

 private:
  bool IsCompleteAt(std::uint32_t input, const LogRecord& tick) const;

  MergeBuffer& buffer_;
  ClockMode mode_;
  bool is_to_tick_;
  std::uint32_t tick_ = 0;  ///< The tick input.
  TimeMs last_tick_{0};

  std::vector<Offset> high_;  ///< Watermarks, asked when the tick at `asked_` was buffered.
  Offset asked_ = -1;
  std::size_t answers_missing_ = 0;
  Offset covered_ = -1;  ///< `high_` is valid for ticks up to this offset.
};

}  // namespace evenkeel
