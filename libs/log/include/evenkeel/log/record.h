#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "evenkeel/base/record_header.h"
#include "evenkeel/base/time.h"

namespace evenkeel {

using Partition = std::int32_t;

/// A position in one partition. A consumer's position is the offset of the record it has not seen
/// yet. Offsets rise; gaps are legal (transaction markers, compaction).
using Offset = std::int64_t;

/// A partition of a named topic.
struct TopicPartition {
  std::string topic;
  Partition partition = 0;

  friend auto operator<=>(const TopicPartition&, const TopicPartition&) = default;
};

/// Keeps alive what a LogRecord's views point into. The deleter knows whose memory it is.
using RecordStorage = std::unique_ptr<const void, void (*)(const void*)>;

/// A record as read. The views live as long as `storage`.
struct LogRecord {
  /// Which input of the session this is (index into SessionOptions::inputs), or which reader.
  std::uint32_t stream = 0;
  Partition partition = 0;
  Offset offset = 0;
  /// The record's timestamp: log-append time or the producer's, as the topic is configured.
  TimeMs timestamp;
  std::optional<std::string_view> key;
  /// No value is a tombstone; it is not the same as an empty value.
  std::optional<std::string_view> value;
  std::span<const RecordHeader> headers;
  RecordStorage storage{nullptr, [](const void*) {}};
};

/// A record to write. Everything is copied before Produce() returns.
struct OutRecord {
  std::string_view topic;
  Partition partition = 0;
  std::optional<std::string_view> key;
  std::optional<std::string_view> value;
  std::span<const RecordHeader> headers;
  /// The producer's timestamp; without one, the time of the log.
  std::optional<TimeMs> timestamp;
};

}  // namespace evenkeel
