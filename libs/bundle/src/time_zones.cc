#include "evenkeel/bundle/time_zones.h"

#include <algorithm>
#include <utility>

#include "files.h"

#include "evenkeel/bundle/diagnostics.h"

namespace evenkeel {
namespace {

constexpr std::string_view kVersionMark = "# version ";

/// The name that a line of tzdata.zi defines: "Z NAME ..." or "L TARGET NAME".
std::string_view NameOf(std::string_view line) {
  std::size_t words_before = 0;
  if (line.starts_with("Z ")) words_before = 1;
  if (line.starts_with("L ")) words_before = 2;
  if (words_before == 0) return {};
  for (; words_before > 0; --words_before)
    line.remove_prefix(std::min(line.find(' '), line.size() - 1) + 1);
  return line.substr(0, line.find(' '));
}

}  // namespace

Result<TimeZoneDatabase> TimeZoneDatabase::Open(std::string directory) {
  Result<std::string> index = internal::ReadWholeFile(directory + "/tzdata.zi", 4U << 20U);
  if (!index.ok()) {
    return index.status().WithContext("no list of time zones (install the package tzdata)");
  }
  TimeZoneDatabase database;
  database.directory_ = std::move(directory);
  std::string_view rest = *index;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    if (line.starts_with(kVersionMark)) database.version_ = line.substr(kVersionMark.size());
    if (const std::string_view name = NameOf(line); !name.empty())
      database.names_.emplace_back(name);
  }
  std::ranges::sort(database.names_);
  if (database.names_.empty() || database.version_.empty()) {
    return DataLoss(database.directory_ + "/tzdata.zi names no version or no zones");
  }
  return database;
}

bool TimeZoneDatabase::Has(std::string_view name) const {
  return std::ranges::binary_search(names_, name);
}

Result<TimeZoneTable> TimeZoneDatabase::Load(std::string_view name) const {
  if (!Has(name)) {
    return NotFound("there is no time zone " + Quoted(name) + SuggestFrom(name, names_));
  }
  const std::string file = directory_ + "/" + std::string(name);
  EVENKEEL_ASSIGN_OR_RETURN(const std::string bytes, internal::ReadWholeFile(file, 1U << 20U));
  return ParseTzif(std::string(name), version_, bytes);
}

}  // namespace evenkeel
