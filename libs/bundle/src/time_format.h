#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "evenkeel/base/result.h"

namespace evenkeel::internal {

/// A date and time of day as read, still without its zone.
struct CivilTime {
  std::int64_t seconds = 0;  ///< Since 1970-01-01 00:00, as if it were UTC.
  int millis = 0;
  std::optional<int> offset_seconds;  ///< East of UTC, if the text said so.
};

/// How times are written in a source.
///
/// Either "iso8601", "unix_s", "unix_ms", or a pattern of %Y %m %d %H %M %S, %f (1 to 9 digits of
/// a second), %z (Z, +02, +0200 or +02:00) and %% with literal text between.
class TimeFormat {
 public:
  static Result<TimeFormat> Compile(std::string_view pattern);

  /// Errors: kInvalidArgument naming the value and the format.
  Result<CivilTime> Parse(std::string_view text) const;

  /// True if every value says its own offset from UTC.
  bool is_absolute() const { return is_absolute_; }

 private:
  enum class Kind : std::uint8_t { kPattern, kIso, kUnixSeconds, kUnixMillis };
  Kind kind_ = Kind::kIso;
  std::string pattern_;
  bool is_absolute_ = false;
};

}  // namespace evenkeel::internal
