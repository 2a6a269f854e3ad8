#pragma once

#include <string>

#include "evenkeel/engine/worker_options.h"

namespace evenkeel {

/// Compares our wall clock with the log's, as seen in the append times of records. A machine an
/// hour ahead would move the clocks of its tasks an hour ahead, and they never go back.
///
/// Behind: any record from the future proves it. Ahead: an old record proves nothing, it may have
/// waited; but three in a row that came to an input which had just been at its end do.
class ClockGuard {
 public:
  explicit ClockGuard(const ClockOptions& options) : options_(options) {}

  /// A record arrived; `was_at_end`: its input had nothing to read just before.
  void Sample(TimeMs appended, bool was_at_end, Now now);

  /// An error while the clocks are too far apart to process anything.
  Status Check(Now now);

 private:
  bool enabled() const { return options_.mode == ClockMode::kWall; }

  ClockOptions options_;
  TimeMs newest_ = TimeMs::Min();
  int old_samples_ = 0;
  TimeMs last_wall_ = TimeMs::Min();
};

}  // namespace evenkeel
