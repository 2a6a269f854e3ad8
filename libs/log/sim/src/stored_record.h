#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "evenkeel/base/time.h"
#include "evenkeel/log/record.h"

namespace evenkeel {

/// A record's content in memory of its own. Never changed, shared by the log and its readers.
struct StoredRecord {
  std::string bytes;  // What the views point into.
  std::optional<std::string_view> key;
  std::optional<std::string_view> value;
  std::vector<RecordHeader> headers;
  std::optional<TimeMs> timestamp;
};

/// A copy of `record`.
std::shared_ptr<const StoredRecord> StoreRecord(const OutRecord& record);

/// Something that keeps `record` alive.
RecordStorage KeepAlive(std::shared_ptr<const StoredRecord> record);

}  // namespace evenkeel
