#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "evenkeel/base/time.h"
#include "evenkeel/codec/encoded_record.h"
#include "evenkeel/log/record.h"

namespace evenkeel {

/// What a repeat is told by: a hash of source and id.
using EventKey = std::array<std::uint8_t, 16>;

EventKey EventKeyOf(std::string_view source, std::string_view id);

/// An event that was checked, as it goes to the log.
struct IngestEvent {
  std::string id;
  std::string topic;
  Partition partition = 0;
  /// The producer's timestamp. Nothing: the log's own.
  std::optional<TimeMs> timestamp;
  EncodedRecord record;
  EventKey key{};
  std::uint64_t content = 0;  ///< Hash of what it says.
  bool is_skipped = false;    ///< The mapping leaves it out: nothing is written.
};

/// Why an event is not taken.
struct EventProblem {
  std::size_t index = 0;  ///< In the request.
  std::string field;      ///< "time", "subject", "data": where to look; of a row, its own.
  std::string reason;     ///< Stable, for programs: "bad_time".
  std::string message;    ///< For people.
  std::string key = {};  ///< Of a row: what of the bundle wants the field, "sources.shop.customer".
};

}  // namespace evenkeel
