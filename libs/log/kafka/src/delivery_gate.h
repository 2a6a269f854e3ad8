#pragma once

#include <cstdint>

#include "evenkeel/log/record.h"

namespace evenkeel::kafka {

/// Decides which records of one partition go through: from the position it was started at, in
/// order, none twice, and none left over from before a (re)start.
///
/// Gaps are legal in a log (markers, compaction), so a first record above the position may be right
/// or a leftover of an earlier fetch. It is let through only after a second seek to the position
/// brought the same one.
class DeliveryGate {
 public:
  enum class Verdict : std::uint8_t {
    kDeliver,
    kBelow,       ///< Drop: seen before.
    kNotStarted,  ///< Drop: nothing of this partition is wanted now.
    kRestart,     ///< Drop, and begin a start at next() again: to be confirmed.
  };

  /// A start at `next` was asked for, under a number never used before. Closed until Open().
  void BeginStart(Offset next, std::uint64_t start);

  /// The seek of `start` took effect. False if that is not the start waited for.
  bool Open(std::uint64_t start);

  /// Lets nothing through until the next start. The position stays.
  void Close();

  Verdict OnRecord(Offset offset);
  /// The end of the partition was reached: the next record will have this offset or a later one.
  Verdict OnEnd(Offset offset);

  bool open() const { return state_ == State::kOpen; }
  bool starting() const { return state_ == State::kStarting; }
  /// The first offset not yet let through.
  Offset next() const { return next_; }

 private:
  enum class State : std::uint8_t { kClosed, kStarting, kOpen };
  enum class First : std::uint8_t { kNothing, kRecord, kEnd };

  /// True if the first thing after a start may be believed.
  bool Confirmed(First kind, Offset offset);

  State state_ = State::kClosed;
  std::uint64_t start_ = 0;
  Offset next_ = 0;
  bool confirmed_ = false;
  First seen_ = First::kNothing;  // What came first, after the last start at next_.
  Offset seen_at_ = 0;
};

}  // namespace evenkeel::kafka
