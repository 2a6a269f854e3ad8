#pragma once

#include "evenkeel/base/clock.h"

namespace evenkeel {

/// What a record's timestamp says to the order of records and to the event clock. One that no clock
/// can have had (before 2000 or from 2100 on) says nothing: the record comes at once and moves no
/// clock. One broken device would otherwise end the time of its whole task.
inline TimeMs ClockTime(TimeMs timestamp) {
  return IsWithinBounds(timestamp) ? timestamp : TimeMs::Min();
}

}  // namespace evenkeel
