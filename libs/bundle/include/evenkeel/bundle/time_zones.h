#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "evenkeel/base/result.h"
#include "evenkeel/policy/time_zone.h"

namespace evenkeel {

/// The tz database of a machine, compiled into plain tables when a bundle is loaded: what is
/// decided later depends on the tables alone. They reach from 1970 to 2101.
///
/// Thread-safety: immutable after Open(); safe to share.
class TimeZoneDatabase {
 public:
  /// Reads the list of zones in `directory`.
  ///
  /// Errors: kNotFound, saying which package to install.
  static Result<TimeZoneDatabase> Open(std::string directory = "/usr/share/zoneinfo");

  /// "2026f".
  const std::string& version() const { return version_; }
  /// All zones and their aliases, sorted.
  const std::vector<std::string>& names() const { return names_; }
  bool Has(std::string_view name) const;

  /// Errors: kNotFound for an unknown name; kDataLoss for a file that is not TZif.
  Result<TimeZoneTable> Load(std::string_view name) const;

 private:
  std::string directory_;
  std::string version_;
  std::vector<std::string> names_;
};

/// Compiles the content of a TZif file (RFC 8536, version 2 or later), its footer included.
///
/// Errors: kDataLoss.
Result<TimeZoneTable> ParseTzif(std::string name, std::string version, std::string_view bytes);

/// UTC of `local_seconds`, which a clock on the wall in `zone` shows as seconds since 1970-01-01.
/// Shown twice (clocks go back): the first time. Never shown (clocks go forward): as much after the
/// change as the clock that was not changed would be.
std::int64_t LocalToUtcSeconds(const TimeZoneTable& zone, std::int64_t local_seconds);

}  // namespace evenkeel
