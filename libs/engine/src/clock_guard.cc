#include "clock_guard.h"

#include <algorithm>

#include "clock_time.h"

namespace evenkeel {
namespace {

constexpr int kSamplesToBelieve = 3;

std::string Seconds(std::chrono::milliseconds time) {
  return std::to_string(time.count() / 1000) + " s";
}

}  // namespace

void ClockGuard::Sample(TimeMs appended, bool was_at_end, Now now) {
  if (!enabled() || ClockTime(appended) == TimeMs::Min()) return;
  newest_ = std::max(newest_, appended);
  if (!was_at_end) return;
  old_samples_ = now.wall - appended > options_.max_skew ? old_samples_ + 1 : 0;
}

Status ClockGuard::Check(Now now) {
  if (!enabled()) return {};
  // The clock was set back: what was seen before says nothing about it.
  if (now.wall + options_.max_skew / 2 < last_wall_) old_samples_ = 0;
  last_wall_ = now.wall;
  const std::string remedy = "; nothing is processed until the clocks agree within " +
                             Seconds(options_.max_skew) + " (clock.max_skew): synchronise them";
  if (newest_ != TimeMs::Min() && newest_ - now.wall > options_.max_skew) {
    return FailedPrecondition("this machine's clock is " + Seconds(newest_ - now.wall) +
                              " behind the log's" + remedy);
  }
  if (old_samples_ >= kSamplesToBelieve) {
    return FailedPrecondition("this machine's clock is more than " + Seconds(options_.max_skew) +
                              " ahead of the log's" + remedy);
  }
  return {};
}

}  // namespace evenkeel
