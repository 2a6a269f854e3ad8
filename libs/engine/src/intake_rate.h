#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "evenkeel/base/time.h"

namespace evenkeel {

/// How many records may be processed now: a token bucket that holds at most a second's worth and
/// starts empty. Work that cannot be cut (the records that enter at a tick) may take it below zero.
class IntakeRate {
 public:
  /// 0: no limit.
  explicit IntakeRate(std::int64_t records_per_second) : rate_(records_per_second) {}

  void Advance(MonotonicTime now) {
    if (rate_ == 0) return;
    if (is_running_) {
      const std::int64_t passed = std::chrono::nanoseconds(now - now_).count();
      balance_ = std::min(balance_ + rate_ * std::min(passed, kUnits), rate_ * kUnits);
    }
    is_running_ = true;
    now_ = now;
  }

  std::size_t available() const {
    if (rate_ == 0) return std::numeric_limits<std::size_t>::max();
    return balance_ < kUnits ? 0 : static_cast<std::size_t>(balance_ / kUnits);
  }

  void Take(std::uint64_t records) {
    if (rate_ != 0) balance_ -= static_cast<std::int64_t>(records) * kUnits;
  }

  /// How long until a record is available; at least a millisecond unless one is.
  std::chrono::milliseconds Pause() const {
    if (available() > 0) return std::chrono::milliseconds(0);
    constexpr std::int64_t kUnitsPerMs = 1'000'000;
    return std::chrono::milliseconds((kUnits - balance_) / (rate_ * kUnitsPerMs) + 1);
  }

 private:
  static constexpr std::int64_t kUnits =
      1'000'000'000;  ///< Of a record: one per nanosecond at 1/s.

  std::int64_t rate_;
  std::int64_t balance_ = 0;  ///< In units.
  bool is_running_ = false;
  MonotonicTime now_;
};

}  // namespace evenkeel
