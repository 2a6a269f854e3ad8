#include <algorithm>
#include <cstdint>
#include <utility>

#include "posix_tz.h"

#include "evenkeel/bundle/time_zones.h"

namespace evenkeel {
namespace {

using internal::OffsetChange;
using internal::PosixRule;

constexpr std::size_t kHeaderBytes = 44;
constexpr int kLastYear = 2100;
constexpr std::uint32_t kCountMax = 1U << 16U;

std::int64_t BigEndian(std::string_view bytes) {
  std::uint64_t value = static_cast<unsigned char>(bytes[0]) >= 0x80 ? ~std::uint64_t{0} : 0;
  for (const char c : bytes) value = value << 8U | static_cast<unsigned char>(c);
  return static_cast<std::int64_t>(value);
}

/// The header of one of the two blocks of a file.
struct Header {
  std::size_t ut_count = 0;
  std::size_t standard_count = 0;
  std::size_t leap_count = 0;
  std::size_t time_count = 0;
  std::size_t type_count = 0;
  std::size_t char_count = 0;

  static bool Read(std::string_view bytes, Header& header) {
    if (bytes.size() < kHeaderBytes || !bytes.starts_with("TZif") || bytes[4] < '2') return false;
    std::size_t* const counts[] = {&header.ut_count,   &header.standard_count, &header.leap_count,
                                   &header.time_count, &header.type_count,     &header.char_count};
    std::size_t at = 20;
    for (std::size_t* count : counts) {
      *count = static_cast<std::size_t>(BigEndian(bytes.substr(at, 4)));
      if (*count > kCountMax) return false;
      at += 4;
    }
    return true;
  }

  std::size_t BlockBytes(std::size_t time_bytes) const {
    return time_count * (time_bytes + 1) + type_count * 6U + char_count +
           leap_count * (time_bytes + 4) + standard_count + ut_count;
  }
};

/// The changes of the second block, the first one standing for all of the past.
bool ReadChanges(std::string_view block, const Header& header, std::vector<OffsetChange>& changes) {
  const std::string_view indices = block.substr(header.time_count * 8U, header.time_count);
  const std::string_view types = block.substr(header.time_count * 9U, header.type_count * 6U);
  const auto offset_of = [&](std::size_t type) {
    return static_cast<std::int32_t>(BigEndian(types.substr(type * 6, 4)));
  };
  changes.push_back({INT64_MIN, offset_of(0)});
  for (std::size_t i = 0; i < header.time_count; ++i) {
    const auto type = static_cast<unsigned char>(indices[i]);
    const std::int64_t at = BigEndian(block.substr(i * 8, 8));
    if (type >= header.type_count || at < changes.back().at) return false;
    changes.push_back({at, offset_of(type)});
  }
  return true;
}

Status AppendRule(std::string_view footer, std::vector<OffsetChange>& changes) {
  if (footer.size() < 2 || footer.front() != '\n' ||
      footer.find('\n', 1) == std::string_view::npos) {
    return DataLoss("the file has no footer");
  }
  footer = footer.substr(1, footer.find('\n', 1) - 1);
  if (footer.empty()) return {};
  EVENKEEL_ASSIGN_OR_RETURN(const PosixRule rule, PosixRule::Parse(footer));
  const std::int64_t last = changes.back().at;
  for (int year = 1970; year <= kLastYear; ++year) {
    for (const OffsetChange& change : rule.ChangesOf(year)) {
      if (change.at > last) changes.push_back(change);
    }
  }
  return {};
}

/// Drops what lies before 1970 and changes that change nothing.
std::vector<TimeZoneTransition> Condensed(const std::vector<OffsetChange>& changes) {
  std::vector<TimeZoneTransition> transitions;
  for (const OffsetChange& change : changes) {
    if (change.at <= 0) {
      transitions.assign(1, {{0}, change.offset});
    } else if (change.offset != transitions.back().offset_s) {
      transitions.push_back({{change.at * 1000}, change.offset});
    }
  }
  return transitions;
}

}  // namespace

Result<TimeZoneTable> ParseTzif(std::string name, std::string version, std::string_view bytes) {
  const Status damaged =
      DataLoss("the time zone file of " + name + " is not TZif of version 2 or later");
  Header header;
  if (!Header::Read(bytes, header)) return damaged;
  const std::size_t second = kHeaderBytes + header.BlockBytes(4);
  if (bytes.size() < second || !Header::Read(bytes.substr(second), header)) return damaged;
  const std::string_view block = bytes.substr(second + kHeaderBytes);
  if (block.size() < header.BlockBytes(8) || header.type_count == 0) return damaged;
  std::vector<OffsetChange> changes;
  if (!ReadChanges(block, header, changes)) return damaged;
  EVENKEEL_RETURN_IF_ERROR(
      AppendRule(block.substr(header.BlockBytes(8)), changes).WithContext("time zone " + name));
  return TimeZoneTable{std::move(name), std::move(version), Condensed(changes)};
}

std::int64_t LocalToUtcSeconds(const TimeZoneTable& zone, std::int64_t local_seconds) {
  const auto offset_at = [&](std::int64_t utc_seconds) {
    const auto after = std::ranges::upper_bound(zone.transitions, TimeMs{utc_seconds * 1000}, {},
                                                &TimeZoneTransition::at);
    return after == zone.transitions.begin() ? after->offset_s : std::prev(after)->offset_s;
  };
  // No zone is a day or more away from UTC: these are the offsets before and after a change that
  // may lie near.
  const std::int64_t before = local_seconds - offset_at(local_seconds - 86'400);
  const std::int64_t after = local_seconds - offset_at(local_seconds + 86'400);
  if (before == after || local_seconds - offset_at(before) == before) return before;
  return local_seconds - offset_at(after) == after ? after : before;
}

}  // namespace evenkeel
